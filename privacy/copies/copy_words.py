"""The texts of a package in its subject's language; no gettext, as in ``privacy.cases.words``."""

from collections.abc import Mapping
from types import MappingProxyType

from privacy.cases.code_words import Words

_PLACES = MappingProxyType({"fi": 0, "sv": 1, "en": 2})

TEXTS: Mapping[str, Words] = MappingProxyType(
    {
        "report-file": ("tiedot.pdf", "uppgifter.pdf", "data.pdf"),
        "data-file": ("tiedot.json", "uppgifter.json", "data.json"),
        "guide-file": ("lue-minut.txt", "las-mig.txt", "read-me.txt"),
        "calls-folder": ("puhelut", "samtal", "calls"),
        "file.recordings-statement": (
            "rekisteriseloste-puhelutallenteet.pdf",
            "registerbeskrivning-inspelningar.pdf",
            "statement-recordings.pdf",
        ),
        "file.customers-statement": (
            "rekisteriseloste-asiakkaat.pdf",
            "registerbeskrivning-kunder.pdf",
            "statement-customers.pdf",
        ),
        "file.employees-notice": (
            "tiedote-tyontekijoille.pdf",
            "information-till-anstallda.pdf",
            "notice-employees.pdf",
        ),
        "title.recordings-statement": (
            "Rekisteriseloste: asiakaspuhelujen tallenteet",
            "Registerbeskrivning: samtalsinspelningar",
            "Register statement: recordings of calls",
        ),
        "title.customers-statement": (
            "Rekisteriseloste: asiakasrekisteri",
            "Registerbeskrivning: kundregistret",
            "Register statement: customer register",
        ),
        "title.employees-notice": (
            "Tiedote työntekijöille puhelujen tallentamisesta",
            "Information till anställda om inspelning av samtal",
            "Notice to employees about the recording of calls",
        ),
        "version": ("Versio {number}, {day}", "Version {number}, {day}", "Version {number}, {day}"),
        "your-rights": ("Oikeutesi", "Dina rättigheter", "Your rights"),
        "rights": (
            (
                "Voit pyytää virheellisen tiedon oikaisua, tietojen poistamista tai käsittelyn rajoittamista ja"
                " vastustaa käsittelyä (15 artiklan 1 kohdan e alakohta). Voit tehdä valituksen"
                " tietosuojavaltuutetulle ({ombudsman}). Jos jotakin sinusta kerättyä jäi antamatta, se annetaan"
                " pyynnöstäsi tietosuojavaltuutetulle (tietosuojalain 34 §)."
                " Käsittelyn tarkoitukset, oikeusperusteet, säilytysajat, tietolähteet ja siirrot kerrotaan"
                " rekisteriselosteissa, jotka ovat tässä paketissa tai jotka saat pyynnöstä. Tietojesi perusteella ei"
                " tehdä automaattisia päätöksiä."
            ),
            (
                "Du kan begära att felaktiga uppgifter rättas, att uppgifter raderas eller att behandlingen begränsas"
                " och invända mot behandlingen (artikel 15.1 e). Du kan lämna in ett klagomål till dataombudsmannen"
                " ({ombudsman}). Uppgifter om dig som du inte har fått lämnas på din begäran till dataombudsmannen"
                " (34 § i dataskyddslagen). Ändamålen med behandlingen, de"
                " rättsliga grunderna, lagringstiderna, källorna och överföringarna anges i registerbeskrivningarna,"
                " som finns i det här paketet eller som du får på begäran. Inga automatiserade beslut fattas på"
                " grundval av dina uppgifter."
            ),
            (
                "You can ask for rectification or erasure of your data or for restriction of its processing, and object"
                " to it (Article 15(1)(e)). You can lodge a complaint with the Data Protection Ombudsman"
                " ({ombudsman}). Data about you that you were not given is given to the Ombudsman at your request"
                " (section 34 of the Data Protection Act). The purposes and legal"
                " bases of the processing, how long data is kept, its sources and transfers stand in the register"
                " statements, which are in this package or given to you on request. No automated decisions are made"
                " with your data."
            ),
        ),
        "title": ("Jäljennös henkilötiedoista", "Kopia av personuppgifter", "Copy of personal data"),
        "case": ("Pyyntö", "Begäran", "Request"),
        "subject": ("Ketä tiedot koskevat", "Vem uppgifterna gäller", "Whom the data is about"),
        "gathered": ("Tiedot koottu", "Uppgifterna samlade", "Data gathered"),
        "contents": ("Sisältö", "Innehåll", "Contents"),
        "intro": (
            "Tämä on jäljennös sinusta tallennetuista tiedoista (yleinen tietosuoja-asetus, 15 artikla).",
            "Detta är en kopia av de uppgifter som har lagrats om dig (allmänna dataskyddsförordningen, artikel 15).",
            "This is a copy of the data that is kept about you (General Data Protection Regulation, article 15).",
        ),
        "nothing": ("Ei tietoja.", "Inga uppgifter.", "No data."),
        "hides-others": (
            "Tästä osasta on jätetty pois tietoja toisen henkilön turvallisuuden vuoksi.",
            "Uppgifter har utelämnats ur den här delen av hänsyn till en annan persons säkerhet.",
            "Some data of this part is left out for another person's safety.",
        ),
        "fact": ("Tieto", "Uppgift", "Fact"),
        "value": ("Arvo", "Värde", "Value"),
        "entry": ("Merkintä {number}", "Post {number}", "Entry {number}"),
        "call": ("Puhelu {number}", "Samtal {number}", "Call {number}"),
        "started": ("Alkoi", "Började", "Began"),
        "ended": ("Päättyi", "Slutade", "Ended"),
        "duration": ("Kesto", "Längd", "Duration"),
        "direction": ("Suunta", "Riktning", "Direction"),
        "service": ("Palvelu", "Tjänst", "Service"),
        "number": ("Puhelinnumero", "Telefonnummer", "Telephone number"),
        "answered-by": ("Puhelun hoiti", "Samtalet sköttes av", "Handled by"),
        "recording": ("Tallenne", "Inspelning", "Recording"),
        "no-recording": (
            "Äänitallennetta ei ole.",
            "Det finns ingen ljudinspelning.",
            "There is no recording.",
        ),
        "lanes": (
            "Vasemmassa kanavassa kuuluu asiakas, oikeassa työntekijä.",
            "I vänster kanal hörs kunden, i höger den anställda.",
            "The left channel is the customer, the right one the employee.",
        ),
        "fingerprint": (
            "Alkuperäisen tallenteen tunniste (SHA-256)",
            "Den ursprungliga inspelningens kod (SHA-256)",
            "Fingerprint of the original recording (SHA-256)",
        ),
        "disclosure": ("Tallennusilmoitus", "Meddelande om inspelning", "Disclosure of the recording"),
        "complete": ("toistettu loppuun", "spelades till slut", "played to the end"),
        "incomplete": ("keskeytyi", "avbröts", "broken off"),
        "masked": ("Peitetyt kohdat", "Dolda avsnitt", "Masked ranges"),
        "masked-why": (
            (
                "Jäljennöksestä on peitetty kohtia, joissa kuuluu muita koskevia tietoja. Alkuperäistä tallennetta"
                " ei ole muutettu."
            ),
            "I kopian har avsnitt dolts där uppgifter om andra hörs. Den ursprungliga inspelningen har inte ändrats.",
            "Ranges in which data of others is heard are masked in this copy. The original recording was not changed.",
        ),
        "from-to": ("Kohta", "Avsnitt", "Range"),
        "lane": ("Kanava", "Kanal", "Lane"),
        "way": ("Tilalla", "I stället", "Instead"),
        "reason": ("Syy", "Orsak", "Reason"),
        "lane.customer": ("asiakas", "kunden", "customer"),
        "lane.agent": ("työntekijä", "den anställda", "employee"),
        "lane.both": ("molemmat", "båda", "both"),
        "way.silence": ("hiljaisuus", "tystnad", "silence"),
        "way.tone": ("äänimerkki", "ton", "tone"),
        "reason.third-person": ("sivullisen puhe", "en utomståendes röst", "a third person's voice"),
        "reason.identity-code": (
            "ääneen sanottu henkilötunnus",
            "en uppläst personbeteckning",
            "a spoken identity code",
        ),
        "reason.card-number": ("maksukortin numero", "ett kortnummer", "a card number"),
        "reason.other": ("muu toista koskeva tieto", "annan uppgift om någon annan", "other data of another person"),
        "listened": ("Tallennetta ovat kuunnelleet", "Inspelningen har avlyssnats av", "Who listened to the recording"),
        "when": ("Milloin", "När", "When"),
        "who": ("Kuka", "Vem", "Who"),
        "why": ("Mihin tarkoitukseen", "För vilket ändamål", "For what purpose"),
        "what": ("Mitä", "Vad", "What"),
        "oneself": ("sinä itse", "du själv", "you yourself"),
        "exported": ("kopioitu", "kopierad", "copied"),
        "decision": ("Päätös", "Beslut", "Decision"),
        "asked": ("Mitä pyydettiin", "Vad som begärdes", "What was asked for"),
        "decided": ("Päätetty", "Beslutat", "Decided"),
        "received": ("Vastaanotettu", "Mottagen", "Received"),
        "kind": ("Laji", "Slag", "Kind"),
        "state": ("Tila", "Status", "State"),
        "reasons": ("Perustelut", "Motivering", "Reasons"),
        "text": ("Merkintä", "Anteckning", "Note"),
        "staff": (
            (
                "Työntekijöiden nimet kerrotaan vain eri päätöksellä; sama numero on aina sama henkilö. Kumppani"
                " mainitaan yrityksen nimellä."
            ),
            (
                "De anställdas namn lämnas endast ut genom ett särskilt beslut; samma nummer är alltid samma person. En"
                " partner anges med företagets namn."
            ),
            (
                "Names of staff are told on a decision alone; the same number is always the same person. A partner"
                " is named as a company."
            ),
        ),
        "blacked-out": ("[peitetty: {reason}]", "[dolt: {reason}]", "[blacked out: {reason}]"),
        "text-reason.third-person": ("toinen henkilö", "en annan person", "another person"),
        "text-reason.identity-code": ("henkilötunnus", "personbeteckning", "identity code"),
        "text-reason.card-number": ("kortin numero", "kortnummer", "card number"),
        "text-reason.other": ("muu toista koskeva tieto", "annan uppgift om någon annan", "other data of another"),
        "blackouts": (
            "Teksteistä on peitetty {count} kohtaa, joissa kerrotaan muista; syy on merkitty kohtaan (15 artikla).",
            "I texterna har {count} ställen som gäller andra dolts; orsaken står på stället (artikel 15).",
            "In the texts {count} places about others are blacked out; each says why (Article 15).",
        ),
        "guide": (
            (
                "Tämä paketti sisältää jäljennöksen sinusta tallennetuista tiedoista, pyyntö {case_no}.\n"
                "\n"
                "{report}  kaikki tiedot luettavassa muodossa\n"
                "{data}  samat tiedot koneluettavassa muodossa (JSON)\n"
                "{calls}/  puhelujen äänitallenteet (MP3)\n"
                "manifest.json  luettelo tiedostoista ja niiden tunnisteista\n"
                "verify.py  ohjelma, joka tarkistaa, ettei mikään ole muuttunut\n"
                "\n"
                "Tarkistus: pura paketti ja aja kansiossa komento  python3 verify.py\n"
                "Säilytä paketti huolellisesti: se sisältää henkilötietojasi.\n"
            ),
            (
                "Det här paketet innehåller en kopia av de uppgifter som har lagrats om dig, begäran {case_no}.\n"
                "\n"
                "{report}  alla uppgifter i läsbar form\n"
                "{data}  samma uppgifter i maskinläsbar form (JSON)\n"
                "{calls}/  samtalens ljudinspelningar (MP3)\n"
                "manifest.json  en förteckning över filerna och deras koder\n"
                "verify.py  ett program som kontrollerar att inget har ändrats\n"
                "\n"
                "Kontroll: packa upp paketet och kör i mappen kommandot  python3 verify.py\n"
                "Förvara paketet omsorgsfullt: det innehåller dina personuppgifter.\n"
            ),
            (
                "This package is a copy of the data that is kept about you, request {case_no}.\n"
                "\n"
                "{report}  all of the data, to be read\n"
                "{data}  the same data for programs (JSON)\n"
                "{calls}/  the recordings of calls (MP3)\n"
                "manifest.json  the files and their fingerprints\n"
                "verify.py  a program that verifies that nothing was changed\n"
                "\n"
                "To verify: unpack the package and run in its folder  python3 verify.py\n"
                "Keep the package with care: it holds your personal data.\n"
            ),
        ),
    }
)


def said(key: str, language: str, **values: object) -> str:
    """Give a text in ``fi``, ``sv`` or ``en``, its places filled in."""
    text = TEXTS[key][_PLACES[language]]
    return text.format(**values) if values else text
