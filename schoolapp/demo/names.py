"""Names for the people of Fjordvik, and for its streets and schools. Put together at random; nobody in particular."""

from random import Random
from typing import NamedTuple


class Origin(NamedTuple):
    """Names that go together. `share` is how many of a thousand families carry them."""

    share: int
    women: tuple[str, ...]
    men: tuple[str, ...]
    families: tuple[str, ...]


def words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


GIRLS = words("""
    Nora Emma Sofie Olivia Ella Maja Emilie Sara Ingrid Leah Frida Anna Hedda Amalie Ada Eva Alma Astrid Selma Tiril
    Thea Ida Sigrid Mathilde Iben Aurora Solveig Hanna Oda Jenny Vilde Signe Tuva Live Mia Julie Eline Marie Lilly
    Elise Mille Agnes Luna Josefine Johanne Sunniva Linnea Andrea Eira Saga Ronja Synne Mari Victoria Ylva Helene
    Othilie Martine Celine Tilde Maria Isabella Hermine Åsa Liv Ragna Tyra Embla Freja Edda Ellinor Idun Kaia Lotte
    Malin Margrethe Mina Pernille Rebekka Ragnhild Silje Stella Stine Sofia Tone Tonje Trine Vår Alva Alba Amanda
    Bertine Elida Erle Guro Gyda Hilma Hulda Jorid Karla Kine Klara Lea Lykke Maren Mathea Mie Molly Nelly Oline
    Runa Sanna Serine Siri Sol Tomine Thelma Una Vida Vilja Ågot
""")
BOYS = words("""
    Noah Oskar Oliver Lucas Jakob William Filip Elias Isak Emil Aksel Henrik Theo Johannes Magnus Kasper Ludvig
    Sverre Olav Håkon Mathias Odin Tobias Jonas Ulrik Sondre Eirik Even Herman Iver Jens Johan Julian Kristian Leon
    Liam Lukas Marius Markus Martin Mikkel Nikolai Ole Peder Sander Sebastian Simen Sigurd Storm Syver Thomas Trym
    Vetle Viktor Adrian Albert Alfred Anders Andreas Ask August Balder Benjamin Birk Brage Casper Daniel David Edvin
    Eivind Endre Erik Erling Falk Felix Fredrik Gabriel Gustav Halvor Hauk Helmer Ivar Jesper Jørgen Knut Konrad
    Lars Leander Levi Loke Marcus Max Mio Nils Oddvar Otto Ole-Jakob Petter Philip Rasmus Robin Runar Sivert Steffen
    Sturla Tarjei Teo Torje Torkel Trygve Truls Vebjørn Vegard Vemund Vidar Øystein Øyvind Åsmund
""")
WOMEN = words("""
    Anne Inger Kari Marit Ingrid Liv Eva Berit Astrid Bjørg Hilde Anna Solveig Marianne Randi Ida Nina Maria
    Elisabeth Kristin Bente Heidi Silje Hanne Linda Tone Anita Elin Tove Gerd Wenche Ragnhild Camilla Ellen Hege
    Karin Ann Mona Aud Monica Julie Kristine Turid Laila Reidun Helene Åse Jorunn Sissel Mari Line Lene Mette Grethe
    Stine Marte Cathrine Malin Therese Siri Guro Vigdis Trude Eli Gunn Merete Trine Unni Ingunn Lise Nora Emilie
    Tonje Pernille Maren Mari Synnøve Margrete Katrine Torill Janne Charlotte Benedicte Ingeborg Renate Veronica
    Oddny Sigrun Yngvild Hildegunn Målfrid Eldbjørg Bodil Kjersti Lillian Vibeke Siv Rita Sunniva Karoline Ragna
    Borghild Øydis Gro
""")
MEN = words("""
    Jan Per Bjørn Ole Lars Kjell Knut Arne Svein Thomas Hans Geir Tor Morten Terje Odd Erik Martin Andreas John
    Anders Rune Trond Tore Daniel Jon Kristian Marius Tom Stian Magnus Øyvind Espen Frode Henrik Fredrik Alexander
    Nils Einar Håkon Helge Harald Steinar Egil Roar Sverre Dag Arild Sigurd Kåre Gunnar Ivar Rolf Pål Stein Vidar
    Olav Leif Eirik Kenneth Roger Christian Jørgen Håvard Øystein Åge Audun Bård Eivind Finn Gaute Halvard Idar
    Jostein Ketil Lasse Mats Njål Oddbjørn Petter Ragnar Simen Torbjørn Ulf Vegard Yngve Asbjørn Børge Endre
    Gjermund Hallvard Jarle Kolbjørn Leidulf Magne Nikolai Olaf Preben Reidar Snorre Tarald Trygve Viggo Ørjan
    Åsmund
""")
NORWEGIAN_FAMILIES = words("""
    Hansen Johansen Olsen Larsen Andersen Pedersen Nilsen Kristiansen Jensen Karlsen Johnsen Pettersen Eriksen Berg
    Haugen Hagen Johannessen Andreassen Jacobsen Dahl Jørgensen Halvorsen Henriksen Lund Sørensen Jakobsen Moen
    Gundersen Iversen Strand Svendsen Solberg Martinsen Paulsen Knutsen Eide Bakken Kristoffersen Mathisen Lie
    Amundsen Rasmussen Solheim Lunde Moe Kristensen Nygård Berge Christensen Bakke Holm Lien Hauge Andresen Nielsen
    Fredriksen Myhre Knudsen Sandvik Isaksen Ruud Antonsen Haugland Danielsen Næss Evensen Thomassen Aas Eriksson
    Myklebust Arnesen Sæther Tangen Sivertsen Ellingsen Aune Simonsen Vik Hovland Birkeland Thorsen Gulbrandsen
    Engen Rønning Strøm Tveit Bråten Ødegård Nordby Helland Brekke Mikkelsen Fossum Holmen Wold Aasen Sletten Nyborg
    Skoglund Bøe Rød Håland Øverby Ødegaard Åsheim Århus Stenersen Grimstad Kleppe Fjeld Fosse Foss Granli Grønli
    Haraldsen Hermansen Hjelle Hjelmeland Husby Ingebrigtsen Jenssen Jonassen Kaspersen Klausen Kolstad Kvam Kvamme
    Langeland Langset Lervik Lindberg Løken Løvås Mo Monsen Mortensen Nordli Nordahl Norheim Nygaard Nyland Opsahl
    Osen Rasten Refsnes Ringstad Risan Rognli Rustad Rørvik Sagen Salvesen Samuelsen Sande Sandnes Skaar Skjelbred
    Skogen Skår Slettebø Smedsrud Solbakken Stangeland Steen Stensrud Stokke Stokkeland Storli Sund Sunde
    Svenningsen Syvertsen Søvik Tangeraas Tollefsen Torgersen Torp Tveiten Tvedt Ulvestad Urdal Valland Vang Vatne
    Vestby Vestli Viken Vinje Wilhelmsen Ytterdal Øien Økland Østby Øvrebø Åmodt Årdal Åsen
""")

ORIGINS = {
    "samisk": Origin(
        25,
        words("""
            Áile Elle Inga Máret Risten Sárá Ánne Biret Ellen-Ánne Gunn-Britt Ravna Láilá Máija Káren Siri-Elle
            Juoksa
        """),
        words("""
            Ánte Áslat Mihkkal Niillas Máhtte Issát Jovnna Ravdna Biera Heaika Lásse Nils-Ánte Juhán Sámmol Piera
            Ole-Mihkkal
        """),
        words("""
            Sara Utsi Somby Eira Gaup Hætta Turi Bæhr Guttorm Oskal Anti Balto Buljo Guttormsen Skum Vars Sokki
            Mikkelson
        """),
    ),
    "polsk": Origin(
        45,
        words("""
            Zofia Zuzanna Hanna Julia Maja Oliwia Alicja Lena Wiktoria Agnieszka Katarzyna Małgorzata Joanna Ewa
            Magdalena Beata
        """),
        words("""
            Jakub Antoni Szymon Kacper Filip Wojciech Mikołaj Adam Piotr Krzysztof Andrzej Tomasz Paweł Marcin
            Michał Łukasz
        """),
        words("""
            Nowak Wójcik Kowalczyk Mazur Krawczyk Dudek Wieczorek Król Pawlak Sikora Baran Szewczyk Pietrzak Zając
            Duda Górecki
        """),
    ),
    "litauisk": Origin(
        15,
        words("Emilija Liepa Lukne Gabija Austėja Ugnė Rasa Jurgita Daiva Rūta Inga Kotryna"),
        words("Lukas Matas Jonas Dominykas Nojus Tomas Mindaugas Darius Andrius Vytautas Rokas Gintaras"),
        words("""
            Petrauskas Kazlauskas Jankauskas Stankevičius Žukauskas Butkus Paulauskas Urbonas Kavaliauskas Navickas
        """),
    ),
    "somalisk": Origin(
        25,
        words("Amina Hodan Fatima Ayaan Hibo Sahra Ifrah Khadra Nasra Ubah Zamzam Safiya Maryan Deqa"),
        words("Abdi Mohamed Yusuf Ahmed Liban Hassan Abdirahman Omar Guled Ismail Mahad Zakariya Bilal Idris"),
        words("""
            Abdullahi Warsame Farah Hassan Jama Osman Mohamud Aden Ibrahim Yusuf Nur Elmi Abdulle Hirsi Duale Isse
        """),
    ),
    "arabisk": Origin(
        35,
        words("Layla Maryam Noor Yasmin Rania Huda Salma Aya Zainab Dana Reem Hala Lina Sana Rima Nadia"),
        words("Omar Ali Yousef Adam Karim Samir Hadi Tariq Khaled Ibrahim Zain Bashar Nabil Rami Faris Amir"),
        words("""
            Haddad Khalil Nasser Saleh Mansour Aziz Hamdan Darwish Kanaan Sabbagh Issa Barakat Najjar Shaheen Rahal
            Awad
        """),
    ),
    "pakistansk": Origin(
        22,
        words("Aisha Iqra Sana Mehwish Hira Noreen Rabia Saima Zara Alina Shazia Uzma Anam Mahnoor"),
        words("Hamza Bilal Usman Imran Adeel Kashif Zain Faisal Asim Danish Salman Rizwan Waqas Haris"),
        words("Malik Hussain Butt Chaudhry Mirza Akhtar Mahmood Bhatti Raja Iqbal Sheikh Qureshi Shah Anwar Riaz"),
    ),
    "tamilsk": Origin(
        12,
        words("Abirami Kavya Nila Priya Sahana Thusha Vithya Anjali Meera Dharshini"),
        words("Arun Kavin Praveen Nirushan Vithu Ashwin Kishan Suren Theepan Rajan"),
        words("Selvarajah Sivakumar Rajaratnam Nadarajah Kandiah Thangarajah Balasingam Mahendran Yogarajah Ganeshan"),
    ),
    "ukrainsk": Origin(
        30,
        words("Sofiia Solomiia Daryna Kateryna Oksana Iryna Nataliia Olena Yuliia Zlata Mariia Anastasiia"),
        words("Maksym Artem Danylo Oleksandr Andrii Bohdan Dmytro Ivan Mykola Serhii Taras Yurii"),
        words("""
            Shevchuk Kovalenko Bondarenko Tkachenko Kravchuk Oliinyk Lysenko Marchenko Savchenko Rudenko Petrenko
            Moroz
        """),
    ),
    "vietnamesisk": Origin(
        10,
        words("Linh Mai Thuy Huong Lan Thi Ngoc Phuong Trang Vy Kim-Anh Hoa"),
        words("Minh Duc Tuan Huy Long Khang Thanh Quang Bao Hieu Vinh Phong"),
        words("Nguyen Tran Le Pham Vo Dang Bui Do Ho Ngo Duong Ly"),
    ),
    "eritreisk": Origin(
        14,
        words("Selam Feven Hiwet Luwam Saba Rahel Winta Milena Yohana Bethlehem Senait Abrehet"),
        words("Abel Filmon Natnael Yonas Dawit Robel Samuel Henok Merhawi Isaias Tesfay Mussie"),
        words("Tesfamariam Gebremedhin Habte Kidane Berhane Haile Tekle Ghebreab Woldu Asmerom Mebrahtu Yohannes"),
    ),
    "tyrkisk": Origin(
        12,
        words("Elif Zeynep Defne Ayşe Fatma Emine Esra Selin Ece Büşra"),
        words("Yusuf Emir Mert Kerem Mustafa Hakan Cem Burak Deniz Serkan"),
        words("Yılmaz Kaya Demir Çelik Şahin Yıldız Öztürk Aydın Arslan Doğan Koç Kurt"),
    ),
    "persisk": Origin(
        14,
        words("Parisa Shirin Nasrin Leila Mahsa Roya Zahra Setareh Nilofar Darya"),
        words("Reza Amir Arash Navid Behzad Farhad Kian Omid Siavash Milad"),
        words("Hosseini Ahmadi Karimi Rezaei Moradi Jafari Rahimi Sadeghi Ebrahimi Akbari Nazari Hashemi"),
    ),
    "tysk og engelsk": Origin(
        16,
        words("Charlotte Greta Frieda Lotta Emily Grace Phoebe Heidi Ursula Anja"),
        words("Maximilian Moritz Henry George Oscar Arthur Jürgen Stefan Matthias Edward"),
        words("Müller Schröder Köhler Fischer Wagner Bennett Hughes Clarke Turner Marsh Fletcher Weiß"),
    ),
}
NORWEGIAN = Origin(
    1000 - sum(origin.share for origin in ORIGINS.values()), (), (), tuple(sorted(set(NORWEGIAN_FAMILIES)))
)

STEMS = words("""
    Nord Sør Øst Vest Bjørke Furu Gran Lille Stor Myr Sol Hav Elve Foss Stein Sand Hassel Linde Older Rogne Rype
    Orre Tran Måke Ærfugl Svart Hvit Blå Grå Kirke Prest Klokker Mølle Naust Båt Fiske Sild Torske Heste Kalve Laue
    Lyng Tyri Ask Alme Kvern Sager Gull Sølv Kobber Smie Krok Lang Brei Inner Ytter Øvre Nedre Midt
""")
PLACES = words("haugen bakken dalen vika moen lia neset åsen heimen vangen tunet jordet sletta holmen odden stranda")
WAYS = words("veien gata stien bakken svingen kroken ringen vegen")


def pick_origin(rng: Random) -> str:
    """The key of a family's names; "" is Norwegian."""
    ticket = rng.randrange(1000)
    for key, origin in ORIGINS.items():
        ticket -= origin.share
        if ticket < 0:
            return key
    return ""


def given_name(rng: Random, origin: str, sex: str, *, is_child: bool) -> str:
    """A given name, sometimes a double one."""
    if origin:
        pool = ORIGINS[origin].women if sex == "kvinne" else ORIGINS[origin].men
    elif sex == "kvinne":
        pool = GIRLS if is_child else WOMEN
    else:
        pool = BOYS if is_child else MEN
    first = rng.choice(pool)
    if rng.random() < 0.14 and "-" not in first:
        second = rng.choice(pool)
        return first if second == first or "-" in second else f"{first} {second}"
    return first


def family_name(rng: Random, origin: str) -> str:
    families = ORIGINS[origin].families if origin else NORWEGIAN.families
    return rng.choice(families)


def place_names(rng: Random, count: int) -> list[str]:
    """Different made-up place names."""
    every = [stem + place for stem in STEMS for place in PLACES]
    return rng.sample(every, count)


def street(rng: Random) -> str:
    return f"{rng.choice(STEMS)}{rng.choice(WAYS)} {rng.randint(1, 98)}{rng.choice(['', '', '', 'A', 'B', 'C'])}"
