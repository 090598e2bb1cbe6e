"""Texts as customers write them, for measuring: put together by a seed from clauses in ten languages, three in five as
long as a post (10 to 40 pieces), the others as a review (40 to 256; half of them under 100)."""

import math
import random
from collections.abc import Callable
from functools import cache

from sentiment.network.pieces import Cutter
from sentiment.text import clean

POST, REVIEW = (10, 40), (40, 256)
POSTS = 0.6
SEED = 1

CLAUSES = {
    "it": """
        il pacco è arrivato con tre giorni di ritardo e la scatola era aperta
        ho scritto due volte all'assistenza e nessuno mi ha risposto
        il caffè è buono come sempre, lo consiglio a tutti
        quanto costa la spedizione in Germania?
        dopo dieci minuti la macchina ha cominciato a fare fumo
        il personale è gentilissimo e la camera era pulita
        voglio il rimborso, mi avete addebitato due volte l'ordine
        peccato per il prezzo, è aumentato troppo rispetto all'anno scorso""",
    "en": """
        the parcel came three days late and the box had been opened
        I wrote to support twice and nobody ever answered me
        great coffee as always, would recommend it to anyone
        how much is shipping to Germany, and how long does it take?
        after ten minutes the machine started smoking
        the staff were lovely and the room was spotless
        I want a refund, you charged me twice for the same order
        the app keeps logging me out since the last update, really annoying""",
    "es": """
        el paquete llegó tres días tarde y la caja estaba abierta
        he escrito dos veces al servicio de atención y nadie me contesta
        muy buen café como siempre, lo recomiendo a todo el mundo
        ¿cuánto cuesta el envío a Alemania?
        a los diez minutos la máquina empezó a echar humo
        el personal fue muy amable y la habitación estaba limpia
        quiero que me devuelvan el dinero, me han cobrado dos veces
        la aplicación no funciona desde la última actualización""",
    "fr": """
        le colis est arrivé avec trois jours de retard et le carton était ouvert
        j'ai écrit deux fois au service client et personne ne m'a répondu
        très bon café comme toujours, je le recommande à tous
        combien coûte la livraison en Allemagne ?
        au bout de dix minutes la machine a commencé à fumer
        le personnel est adorable et la chambre était très propre
        je veux être remboursé, vous m'avez débité deux fois
        dommage que le prix ait autant augmenté depuis l'année dernière""",
    "de": """
        das Paket kam drei Tage zu spät und der Karton war schon offen
        ich habe dem Kundendienst zweimal geschrieben und keine Antwort bekommen
        der Kaffee ist wie immer sehr gut, klare Empfehlung
        was kostet der Versand nach Italien?
        nach zehn Minuten fing die Maschine an zu rauchen
        das Personal war sehr freundlich und das Zimmer sauber
        ich möchte mein Geld zurück, ihr habt doppelt abgebucht
        seit dem letzten Update stürzt die App dauernd ab""",
    "pt": """
        a encomenda chegou com três dias de atraso e a caixa estava aberta
        escrevi duas vezes para o atendimento e ninguém respondeu
        o café continua muito bom, recomendo a toda a gente
        quanto custa o envio para a Alemanha?
        depois de dez minutos a máquina começou a deitar fumo
        os funcionários são simpáticos e o quarto estava limpo
        quero o meu dinheiro de volta, cobraram duas vezes
        não consigo entrar na minha conta desde ontem""",
    "nl": """
        het pakket kwam drie dagen te laat en de doos was al open
        ik heb de klantenservice twee keer geschreven en niets gehoord
        de koffie is zoals altijd heerlijk, een echte aanrader
        wat kost het verzenden naar Duitsland?
        na tien minuten kwam er rook uit het apparaat
        het personeel was erg vriendelijk en de kamer schoon
        ik wil mijn geld terug, er is twee keer afgeschreven
        sinds de laatste update werkt de app niet meer""",
    "pl": """
        paczka przyszła trzy dni za późno, a pudełko było otwarte
        dwa razy pisałam do obsługi klienta i nikt nie odpowiedział
        kawa jak zawsze bardzo dobra, polecam każdemu
        ile kosztuje wysyłka do Niemiec?
        po dziesięciu minutach z ekspresu zaczął lecieć dym
        obsługa bardzo miła, a pokój był czysty
        chcę zwrotu pieniędzy, pobraliście opłatę dwa razy
        od ostatniej aktualizacji aplikacja ciągle się zawiesza""",
    "tr": """
        paket üç gün geç geldi ve kutu açılmıştı
        müşteri hizmetlerine iki kez yazdım, kimse cevap vermedi
        kahve her zamanki gibi çok güzel, herkese tavsiye ederim
        Almanya'ya kargo ücreti ne kadar?
        on dakika sonra makineden duman çıkmaya başladı
        personel çok nazikti ve oda tertemizdi
        paramı geri istiyorum, iki kez ücret aldınız
        son güncellemeden beri uygulama açılmıyor""",
    "ar": """
        وصل الطرد متأخرا ثلاثة أيام وكانت العلبة مفتوحة
        كتبت إلى خدمة العملاء مرتين ولم يرد علي أحد
        القهوة ممتازة كالعادة وأنصح بها الجميع
        كم تكلفة الشحن إلى ألمانيا؟
        بعد عشر دقائق بدأ الدخان يخرج من الجهاز
        الموظفون لطفاء جدا والغرفة كانت نظيفة
        أريد استرداد المبلغ فقد خصمتم مني مرتين
        التطبيق لا يعمل منذ آخر تحديث""",
}


def texts(pieces: Cutter, number: int, seed: int = SEED) -> list[tuple[str, str]]:
    """So many texts with their languages; the same for the same seed and vocabulary."""
    chance = random.Random(seed)
    clauses = {lang: [line.strip() for line in lines.strip().split("\n")] for lang, lines in CLAUSES.items()}

    @cache
    def length(word: str) -> int:
        return len(pieces([clean(word)])[0].ids)

    def one() -> tuple[str, str]:
        lang = chance.choice(sorted(clauses))
        return _text(chance, clauses[lang], _length(chance), length), lang

    return [one() for _ in range(number)]


def _length(chance: random.Random) -> int:
    if chance.random() < POSTS:
        return chance.randint(*POST)
    shortest, longest = REVIEW
    return round(math.exp(chance.uniform(math.log(shortest), math.log(longest))))


def _text(chance: random.Random, clauses: list[str], longest: int, length: Callable[[str], int]) -> str:
    """Clauses in any order, as far as `longest` pieces go; now and then a handle, a number, an emoji."""
    words: list[str] = []
    left = longest
    while True:
        said = chance.choice(clauses)
        end = chance.choice(
            (".", ".", "!", "!!", " 😡", " 👍", f" (n. {chance.randint(1000, 99999)})", " @aurora")
        )
        for word in f"{said[0].upper()}{said[1:]}{end}".split():
            left -= length(word)
            if left < 0:
                return " ".join(words)
            words.append(word)
