"""The words that warn when the system is new, in bokmål and nynorsk. The municipality edits the list.

Each finds all words that begin with it, so none is so short that it finds «sykkel», «russisk» or «Volda».
"""

STEMS = (
    *("helseo", "helsep", "helsesv", "helsetilst", "sykdom", "sjukdom", "sykem", "sjukem", "diagnos", "medisin"),
    *("medikament", "fastlege", "legeerkl", "sykehus", "sjukehus", "psyk", "angst", "depresj", "deprim"),
    *("selvskad", "sjølvskad", "selvmord", "sjølvmord", "spiseforstyrr", "eteforstyrr", "adhd", "autis", "asperger"),
    *("tourette", "dysleksi", "epilepsi", "diabetes", "allergi", "funksjonsneds", "bup", "ppt", "pp-tjeneste"),
    *("pp-teneste", "sakkyndig", "sakkunnig", "iop", "individuell opplæringsplan", "individuelt tilrettel"),
    *("spesialundervisning", "spesialpedagog", "bekymring", "barnevern", "omsorgssvikt", "voldelig", "valdeleg"),
    *("familievold", "familievald", "voldsutsatt", "overgrep", "mishandl", "rusmid", "rusmis", "rusproblem"),
    *("narkotika", "alkohol", "politi", "straffesak", "straffbar", "fengsel", "voldtekt", "valdtekt", "mobb"),
    *("trakasser", "skilsmisse", "samværsrett", "foreldreansvar", "krisesenter", "asyl", "livssyn", "etnisk"),
)
