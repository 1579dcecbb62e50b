"""Passwords of twelve characters and more that everybody tries first; shorter ones are refused by their length.

Lists of leaked passwords have few that long (of zxcvbn's 30,000 there are 229): people make them of short ones,
doubled, with a year or a row of keys behind. So besides the list here, whatever zxcvbn's guesser reaches early is
refused (Wheeler, "zxcvbn: Low-Budget Password Strength Estimation", USENIX Security 2016); it knows the 30,000, the
words of English and names, rows of keys, dates, repetitions and letters written as digits. It is no rule of
composition: any words will do that nobody else would put together. It knows no Finnish or Swedish: their habits stand
in the list.
"""

MIN_GUESSES = 10**8  # zxcvbn's score 3; at the hundred guesses that a login has a day (web.limits) 2,700 years
_ESTIMATED_CHARS = 72  # zxcvbn takes no more, and its work grows with the square

_LISTED = """
    000000000000 0123456789012 111111111111 1111111111111 112233445566 121212121212 123123123123 123321123321
    123412341234 1234567890-= 123456123456 12345678910a 123456789012 1234567890123 12345678901234 123456789101112
    1234567891011 123456789123 1234567891234 12345678912345 123456789123456789 123456789abc 1234567890ab
    1234567890qwe 1234567890qwerty 1234567890abc 123456abcdef 123456qwerty 12345qwert12345 1234qwer1234
    1234qwerasdf 123qwe123qwe 123qweasdzxc 12qwaszx3edc 1a2b3c4d5e6f 1q2w3e4r5t6y 1q2w3e4r5t6y7u 1q2w3e4r5t6y7u8i
    1qaz2wsx3edc 1qaz2wsx3edc4rfv 1qazxsw23edc 222222222222 333333333333 444444444444 555555555555
    666666666666 777777777777 789456123000 888888888888 987654321000 987654321012 999999999999 a1b2c3d4e5f6
    a1s2d3f4g5h6 aa1234567890 aaaaaaaaaaaa abc123abc123 abc123456789 abcabcabcabc abcd1234abcd abcd12345678
    abcdef123456 abcdefghijkl abcdefghijklm abcdefghijklmnop administrator adminadminadmin administrator1
    aleksandra123 alexander123 asdasdasdasd asdf1234asdf asdfasdfasdf asdfghjkl123 asdfghjkl;'# asdfghjklöä'
    asdfghjklqwerty asiakaspalvelu asiakaspalvelu1 asiakaspalvelu123 asdqwe123456 azertyuiop12 azertyuiop123
    babygirl1234 basketball12 basketball123 butterfly123 changeme1234 changeme12345 changemenow1 charlie12345
    chocolate123 computer1234 consumer1234 contrasena12 correcthorsebatterystaple dddddddddddd default12345
    defaultpassword elizabeth123 football1234 forgetmenot1 hejhejhejhej hello1234567 helsinki1234
    helsinki12345 hyvaasalasana hyväsalasana iloveyou1234 iloveyou12345 iloveyouforever iloveyousomuch
    internet1234 jääkiekko1234 kesäkesä1234 kissakissa12 kissakissa123 kissakissakissa koirakoira12 koirakoira123
    letmein12345 letmein123456 letmeinletmein liverpool123 login1234567 lösenord1234 lösenord12345
    lösenordlösenord manchesterunited master123456 metallica123 michelle1234 mikkihiiri12 mikkihiiri123
    minecraft123 minunsalasana moikkamoikka monkey123456 mynameisjeff newpassword1 newpassword12
    newpassword123 nopassword12 p@ssw0rd1234 p@ssw0rd12345 p@ssword1234 passwort1234 pa$$w0rd1234 pass12345678
    passpasspass passw0rd1234 passw0rd12345 password0000 password0123 password1111 password1212 password123!
    password1234 password12345 password123456 password1234567 password12345678 password123456789
    password1234567890 password2020 password2021 password2022 password2023 password2024 password2025 password2026
    passwordpassword passwordpassword1 princess1234 princess12345 q1w2e3r4t5y6
    q1w2e3r4t5y6u7 qazwsx123456 qazwsxedc123 qazwsxedcrfv qazxswedc123 qqqqqqqqqqqq qwe123qwe123 qweasdzxc123
    qweqweqweqwe qwer1234qwer qwerasdfzxcv qwerqwerqwer qwert1234567 qwerty098765 qwerty1234567 qwerty123456
    qwerty12345678 qwerty123456789 qwertyqwerty qwertyuiop12 qwertyuiop123 qwertyuiop1234 qwertyuiop[]
    qwertyuiop12345 qwertyuiop123456 qwertyuiopasdf qwertyuiopasdfghjkl rainbow12345 ronaldo12345
    salainen1234 salainensana salasana1111 salasana123! salasana1234 salasana12345 salasana123456 salasana1234567
    salasana12345678 salasana123456789 salasana2024 salasana2025 salasana2026 salasanasalasana samsung12345
    snoopy123456 spiderman123 starwars1234 stockholm123 summer123456 sunshine1234 sunshine12345
    superman1234 superman12345 supersecret1 suomisuomi12 suomisuomi123 sverige12345 syksysyksy12 tallenne1234
    tallennetallenne talvitalvi12 tampuuri1234 tampuuritampuuri temppassword temporary123 terve1234567 test12345678
    testtesttest thisismypassword tervetuloa12 tervetuloa123 tervetuloa1234 tietokone123 tietokone1234
    trustno12345 unknown12345 vaihdaminut1 vaihdaminut12 valkommen123 vuokra123456 välkommen123 välkommen1234
    welcome12345 welcome123456 welcomewelcome westside1234 whatever1234 winter123456 xxxxxxxxxxxx zaq12wsxcde3
    zaq1zaq1zaq1 zaq1xsw2cde3 zxcvbnm12345 zxcvbnm123456 zxcvbnmasdfghjkl zxcvbnmzxcvbnm zzzzzzzzzzzz
"""

COMMON_PASSWORDS = frozenset(_LISTED.split())
"""Those of the list, case-folded: the heads of public lists of leaked passwords, and Finnish and Swedish habits."""


def is_common(password: str) -> bool:
    """Tell whether a password, in NFC, is among those that everybody tries first; its case is no matter."""
    folded = password.casefold()
    if folded in COMMON_PASSWORDS or len(set(folded)) == 1:
        return True
    from zxcvbn import zxcvbn  # noqa: PLC0415 - its lists take 40 ms to load, and few processes are given passwords

    return bool(zxcvbn(folded[:_ESTIMATED_CHARS])["guesses"] < MIN_GUESSES)
