"""What the codes of a copy are called before its subject: Finnish, Swedish, English. Keys are ``section.fact``."""

from collections.abc import Mapping
from types import MappingProxyType

Words = tuple[str, str, str]

CODES: Mapping[str, Mapping[str, Words]] = MappingProxyType(
    {
        "roles.role": {
            "tenant": ("Vuokralainen", "Hyresgäst", "Tenant"),
            "co_tenant": ("Kanssavuokralainen", "Medhyresgäst", "Co-tenant"),
            "joint_payer": ("Yhteismaksaja", "Medbetalare", "Joint payer"),
            "other_occupant": ("Muu asukas", "Annan boende", "Other occupant"),
            "applicant": ("Asunnonhakija", "Bostadssökande", "Lease applicant"),
            "possible_buyer": ("Mahdollinen ostaja", "Möjlig köpare", "Possible buyer"),
        },
        "leases.role": {
            "tenant": ("Vuokralainen", "Hyresgäst", "Tenant"),
            "co_tenant": ("Kanssavuokralainen", "Medhyresgäst", "Co-tenant"),
            "joint_payer": ("Yhteismaksaja", "Medbetalare", "Joint payer"),
            "other_occupant": ("Muu asukas", "Annan boende", "Other occupant"),
            "applicant": ("Asunnonhakija", "Bostadssökande", "Lease applicant"),
            "possible_buyer": ("Mahdollinen ostaja", "Möjlig köpare", "Possible buyer"),
        },
        "person.language": {
            "fi": ("suomi", "finska", "Finnish"),
            "sv": ("ruotsi", "svenska", "Swedish"),
            "en": ("englanti", "engelska", "English"),
            "other": ("Muu kieli", "Annat språk", "Other language"),
        },
        "addresses.kind": {
            "home": ("Kotiosoite", "Hemadress", "Home address"),
            "postal": ("Postiosoite", "Postadress", "Postal address"),
        },
        "travel_documents.kind": {
            "passport": ("Passi", "Pass", "Passport"),
            "identity_card": ("Henkilökortti", "Identitetskort", "Identity card"),
            "residence_permit": ("Oleskelulupa", "Uppehållstillstånd", "Residence permit"),
            "other": ("Muu matkustusasiakirja", "Annan resehandling", "Other travel document"),
        },
        "employments.nature": {
            "permanent": ("Vakituinen", "Tills vidare", "Permanent"),
            "fixed_term": ("Määräaikainen", "Visstidsanställd", "Fixed-term"),
            "part_time": ("Osa-aikainen", "Deltidsanställd", "Part-time"),
            "self_employed": ("Yrittäjä", "Företagare", "Self-employed"),
            "student": ("Opiskelija", "Studerande", "Student"),
            "retired": ("Eläkkeellä", "Pensionerad", "Retired"),
            "unemployed": ("Työtön", "Arbetslös", "Unemployed"),
            "other": ("Muu työsuhde", "Annan sysselsättning", "Other employment"),
        },
        "incomes.kind": {
            "salary": ("Palkka", "Lön", "Salary"),
            "pension": ("Eläke", "Pension", "Pension"),
            "benefit": ("Etuus", "Förmån", "Benefit"),
            "capital": ("Pääomatulo", "Kapitalinkomst", "Capital income"),
            "other": ("Muu tulo", "Annan inkomst", "Other income"),
        },
        "assets.kind": {
            "savings": ("Säästöt", "Sparmedel", "Savings"),
            "property": ("Kiinteistö tai asunto", "Fastighet eller bostad", "Property"),
            "vehicle": ("Ajoneuvo", "Fordon", "Vehicle"),
            "debt": ("Velka", "Skuld", "Debt"),
            "other": ("Muu varallisuus", "Övriga tillgångar", "Other assets"),
        },
        "credit_checks.result": {
            "clear": ("Ei merkintöjä", "Inga anmärkningar", "No entries"),
            "entries": ("Maksuhäiriömerkintöjä", "Betalningsanmärkningar", "Payment default entries"),
            "not_found": (
                "Ei löytynyt luottotietorekisteristä",
                "Finns inte i kreditupplysningsregistret",
                "Not found in the credit register",
            ),
        },
        "dwellings.tenure": {
            "rented": ("Vuokra-asunto", "Hyresbostad", "Rented dwelling"),
            "owned": ("Omistusasunto", "Ägarbostad", "Owned dwelling"),
            "right_of_occupancy": ("Asumisoikeusasunto", "Bostadsrättsbostad", "Right-of-occupancy dwelling"),
            "with_relatives": ("Sukulaisten luona", "Hos släktingar", "With relatives"),
            "none": ("Ei asuntoa", "Ingen bostad", "No dwelling"),
            "other": ("Muu asunto", "Annan bostad", "Other dwelling"),
        },
        "marital_statuses.status": {
            "unmarried": ("Naimaton", "Ogift", "Unmarried"),
            "married": ("Avioliitossa", "Gift", "Married"),
            "registered_partnership": (
                "Rekisteröidyssä parisuhteessa",
                "I registrerat partnerskap",
                "Registered partnership",
            ),
            "cohabiting": ("Avoliitossa", "Sambo", "Cohabiting"),
            "divorced": ("Eronnut", "Frånskild", "Divorced"),
            "separated": ("Asumuserossa", "Lever åtskilt", "Separated"),
            "widowed": ("Leski", "Änka eller änkling", "Widowed"),
            "unknown": ("Siviilisääty ei tiedossa", "Civilståndet är inte känt", "Marital status not known"),
        },
        "marketing_permissions.channel": {
            "phone": ("Puhelin", "Telefon", "Telephone"),
            "sms": ("Tekstiviesti", "Textmeddelande", "Text message"),
            "email": ("Sähköposti", "E-post", "E-mail"),
            "post": ("Posti", "Post", "Post"),
        },
        "marketing_permissions.decision": {
            "permit": ("Lupa", "Tillstånd", "Permitted"),
            "ban": ("Kielto", "Förbud", "Banned"),
        },
        "rents.kind": {
            "rent": ("Vuokra", "Hyra", "Rent"),
            "water": ("Vesimaksu", "Vattenavgift", "Water charge"),
            "sauna": ("Saunamaksu", "Bastuavgift", "Sauna"),
            "parking": ("Autopaikka", "Bilplats", "Parking place"),
            "other": ("Muu vuokra", "Annan hyra", "Other rent"),
        },
        "ledger.what": {
            "rent": ("Vuokra", "Hyra", "Rent"),
            "water": ("Vesimaksu", "Vattenavgift", "Water charge"),
            "parking": ("Autopaikka", "Bilplats", "Parking place"),
            "damage": ("Vahingonkorvaus", "Skadestånd", "Compensation for damage"),
            "fee": ("Muistutusmaksu", "Påminnelseavgift", "Reminder fee"),
            "other": ("Muu saatava", "Annan fordran", "Other charge"),
        },
        "deposits.kind": {
            "cash": ("Rahavakuus", "Kontant säkerhet", "Cash deposit"),
            "bank_guarantee": ("Pankkitakaus", "Bankgaranti", "Bank guarantee"),
            "social_guarantee": (
                "Sosiaalitoimen maksusitoumus",
                "Socialvårdens betalningsförbindelse",
                "Guarantee of the social services",
            ),
            "other": ("Muu vakuus", "Annan säkerhet", "Other deposit"),
        },
        "contacts.kind": {
            "call": ("Puhelu", "Telefonsamtal", "Telephone call"),
            "visit": ("Käynti", "Besök", "Visit"),
            "letter": ("Kirje", "Brev", "Letter"),
            "email": ("Sähköposti", "E-post", "E-mail"),
            "sms": ("Tekstiviesti", "Textmeddelande", "Text message"),
            "other": ("Muu yhteydenotto", "Annan kontakt", "Other contact"),
        },
        "contacts.direction": {
            "in": ("Asiakkaalta", "Från kunden", "From the customer"),
            "out": ("Asiakkaalle", "Till kunden", "To the customer"),
        },
        "fault_reports.state": {
            "open": ("Avoinna", "Öppen", "Open"),
            "in_progress": ("Korjattavana", "Repareras", "Being repaired"),
            "done": ("Korjattu", "Reparerad", "Repaired"),
            "rejected": ("Hylätty", "Avslagen", "Rejected"),
        },
        "ledger.kind": {
            "charge": ("Saatava", "Fordran", "Charge"),
            "payment": ("Maksu", "Betalning", "Payment"),
            "refund": ("Palautus", "Återbetalning", "Refund"),
        },
        "calls.direction": {
            "inbound": ("Saapuva", "Inkommande", "Inbound"),
            "outbound": ("Lähtevä", "Utgående", "Outbound"),
        },
        "calls.state": {
            "recorded": ("Tallennettu", "Inspelat", "Recorded"),
            "not_recorded": ("Ei tallennettu", "Inte inspelat", "Not recorded"),
        },
        "look_ups.what": {
            "calls-listed": ("Puhelulistassa", "I en lista över samtal", "In a list of calls"),
            "call-shown": ("Puhelun sivu katsottiin", "Sidan om ett samtal visades", "The page of a call was shown"),
            "screen-popped": (
                "Näytöllä puhelimen soidessa",
                "På skärmen när telefonen ringde",
                "On the screen when the telephone rang",
            ),
            "listened": ("Tallenne kuunneltiin", "En inspelning avlyssnades", "A recording was listened to"),
            "exported": ("Tallenne kopioitiin", "En inspelning kopierades", "A recording was copied"),
            "register-searched": (
                "Löytyi rekisterin haussa",
                "Hittades vid sökning i registret",
                "Found in a search of the register",
            ),
            "register-page-shown": (
                "Rekisterin sivu katsottiin",
                "En sida i registret visades",
                "A page of the register was shown",
            ),
            "identity-code-looked-up": (
                "Haettiin henkilötunnuksella",
                "Söktes med personbeteckning",
                "Found by identity code",
            ),
            "field-revealed": (
                "Suojattu tieto näytettiin",
                "En skyddad uppgift visades",
                "A protected field was shown",
            ),
            "look-ups-shown": (
                "Katselutietojen luettelo katsottiin",
                "Förteckningen över läsningar visades",
                "The list of look-ups was shown",
            ),
            "register-exported": (
                "Koko rekisteri vietiin tiedostoon",
                "Hela registret exporterades",
                "The whole register was exported",
            ),
            "cases-listed": ("Pyyntöjen luettelossa", "I listan över begäranden", "In the list of requests"),
            "audit-shown": ("Lokitiedot katsottiin", "Logguppgifter visades", "The log was shown"),
            "case-shown": ("Pyyntöä käsiteltiin", "Begäran behandlades", "A request was handled"),
            "case-gathered": (
                "Tiedot koottiin pyyntöä varten",
                "Uppgifterna samlades för en begäran",
                "The data was gathered for a request",
            ),
            "disclosure-recorded": ("Tietoja luovutettiin", "Uppgifter lämnades ut", "Data was disclosed"),
            "disclosures-shown": (
                "Luovutustiedot katsottiin",
                "Uppgifter om utlämnanden visades",
                "Disclosures were shown",
            ),
        },
        "look_ups.field": {
            "identity_code": ("Henkilötunnus", "Personbeteckning", "Identity code"),
            "travel_document": (
                "Matkustusasiakirjan numero",
                "Resehandlingens nummer",
                "Number of the travel document",
            ),
            "income": ("Tulot ja varallisuus", "Inkomster och tillgångar", "Income and assets"),
            "credit_data": ("Luottotiedot", "Kreditupplysningar", "Credit data"),
            "guardianship": ("Edunvalvonta", "Intressebevakning", "Guardianship"),
            "undisclosed": (
                "Osoitteet, puhelinnumerot, sähköposti ja työnantaja",
                "Adresser, telefonnummer, e-post och arbetsgivare",
                "Addresses, telephone numbers, e-mail and employer",
            ),
        },
        "cases.kind": {
            "access": ("Tarkastuspyyntö", "Begäran om insyn", "Access"),
            "rectification": ("Oikaisupyyntö", "Begäran om rättelse", "Rectification"),
            "erasure": ("Poistopyyntö", "Begäran om radering", "Erasure"),
            "restriction": ("Rajoittamispyyntö", "Begäran om begränsning", "Restriction"),
            "objection": ("Vastustaminen", "Invändning", "Objection"),
        },
        "cases.state": {
            "received": ("Vastaanotettu", "Mottagen", "Received"),
            "identity-asked": (
                "Odottaa henkilöllisyyden osoittamista",
                "Väntar på identifiering",
                "Waiting for proof of identity",
            ),
            "in-work": ("Käsiteltävänä", "Under behandling", "In work"),
            "decided": ("Päätetty", "Beslutad", "Decided"),
            "closed": ("Vastattu", "Besvarad", "Answered"),
            "withdrawn": ("Peruttu", "Återtagen", "Withdrawn"),
        },
        "cases.outcome": {
            "granted": ("Hyväksytty", "Bifallen", "Granted"),
            "partly-granted": ("Hyväksytty osittain", "Delvis bifallen", "Partly granted"),
            "refused": ("Hylätty", "Avslagen", "Refused"),
            "nothing-kept": ("Tietoja ei ole", "Inga uppgifter finns", "Nothing is kept"),
        },
    }
)
