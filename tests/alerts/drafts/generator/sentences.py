"""What chat models write: sentences that no plan holds, and honest rewordings of composed drafts, in seven languages."""

MATTERS = {
    "it": ("Consegna in ritardo di due settimane.", "Il personale è stato scortese con mia madre.", "I biscotti sono arrivati rotti."),
    "en": ("Delivery two weeks late.", "The staff were rude to my mother.", "The machine arrived broken."),
    "es": ("El pedido llegó con dos semanas de retraso.", "El personal fue muy grosero con mi madre.", "La cafetera llegó rota."),
    "fr": ("Livraison avec deux semaines de retard.", "Le personnel a été très désagréable avec ma mère.", "La machine est arrivée cassée."),
    "de": ("Die Lieferung kam zwei Wochen zu spät.", "Das Personal war sehr unfreundlich zu meiner Mutter.", "Die Maschine kam kaputt an."),
    "pt": ("A entrega chegou com duas semanas de atraso.", "O pessoal foi muito mal-educado com a minha mãe.", "A máquina chegou partida."),
    "nl": ("De levering kwam twee weken te laat.", "Het personeel was erg onbeleefd tegen mijn moeder.", "Het apparaat kwam kapot aan."),
}  # fmt: skip
"""A mention of each topic, in their order."""
TOPICS = ("delivery", "staff", "product_quality")

INVENTED = {
    "it": (
        "Le faremo avere un buono.", "Riceverà il pacco prima di sera.", "Vi rimborseremo.",
        "Il corriere ha avuto un guasto al furgone.", "Il suo ordine parte domattina.", "Per lei la prossima spedizione è gratuita.",
        "Passi in negozio per un caffè.", "Il ritardo dipende dal maltempo.", "L'indirizzo era sbagliato.",
        "Abbiamo già richiamato il corriere.", "Non succederà più.", "Il responsabile la chiamerà.",
        "Il corriere le risponde entro un'ora.", "Le spediamo l'ordine.", "Scriva al corriere.", "La consegna è gratuita.", "Il ritardo è del corriere.",
        "Il corriere ha perso il pacco.", "La consegna è stata verificata.", "Abbiamo capito che cosa è successo con il corriere.", "Verifichiamo con il corriere e la consegna arriva.",
        "Siamo in ritardo con tutti.", "Ci dispiace che lei sia in ritardo.", "Purtroppo capita.",
    ),
    "en": (
        "We'll send you a voucher.", "Your parcel will be with you before tonight.", "You'll get your money back.",
        "The carrier's van broke down.", "We have already spoken to the driver.", "Shipping is on us next time.",
        "Do drop by our shop for a coffee.", "You gave us the wrong address.", "A manager will call you.",
        "This will never happen again.", "We've upgraded your account.", "It was delayed by the snow.",
        "The carrier will answer you.", "We'll order a new one.",
        "The carrier will write to you.", "We'll send your order.", "Your order is with the carrier.", "You'll get the order within an hour.", "We're happy to refund the order.", "The delay was the carrier's.",
        "We're sorry you are late.", "We have found out what happened with the carrier.", "We're late with everybody.", "It happens.",
    ),
    "es": (
        "Le enviaremos un vale.", "Recibirá el paquete antes de esta noche.", "Le devolveremos el dinero.",
        "El transportista tuvo una avería.", "Ya hemos hablado con el conductor.", "Le invitamos a un café en nuestra tienda.",
        "La dirección era incorrecta.", "El encargado le llamará.", "No volverá a ocurrir.", "Su próximo envío corre de nuestra cuenta.",
        "La empresa de transporte le responderá.", "Le enviaremos el pedido.", "El retraso fue de la empresa de transporte.", "Su pedido está con la empresa de transporte.",
        "La empresa de transporte ha perdido el pedido.", "Hemos averiguado qué ha pasado.", "Sentimos que usted llegue con retraso.", "Su pedido llega.",
    ),
    "fr": (
        "Nous vous enverrons un bon.", "Vous recevrez le colis avant ce soir.", "Nous vous rembourserons.",
        "Le camion du transporteur est tombé en panne.", "Nous avons déjà parlé au chauffeur.", "Passez nous voir en boutique.",
        "L'adresse était erronée.", "Un responsable vous appellera.", "Cela ne se reproduira plus.", "La prochaine livraison sera offerte.",
        "Le transporteur vous répondra.", "Nous vous enverrons la commande.", "Le retard est dû au transporteur.", "Le transporteur a votre commande.",
        "Le transporteur a perdu la commande.", "La livraison a été vérifiée.", "Nous sommes désolés que vous soyez en retard.", "Cela arrive.",
    ),
    "de": (
        "Wir schicken Ihnen einen Gutschein.", "Ihr Paket kommt noch vor heute Abend.", "Sie bekommen Ihr Geld zurück.",
        "Der Wagen des Versanddienstes hatte eine Panne.", "Wir haben schon mit dem Fahrer gesprochen.", "Kommen Sie auf einen Kaffee in unser Geschäft.",
        "Die Adresse war falsch.", "Ein Vorgesetzter ruft Sie an.", "Das wird nicht wieder vorkommen.", "Der nächste Versand geht auf uns.",
        "Der Versanddienst meldet sich.", "Wir liefern die Bestellung.", "Die Verzögerung liegt beim Versanddienst.", "Wir liefern innerhalb von einer Stunde.",
        "Der Versanddienst hat die Lieferung verloren.", "Die Lieferung wurde geklärt.", "Es tut uns leid, dass Sie verspätet sind.", "Das kommt vor.",
    ),
    "pt": (
        "Vamos enviar-lhe um vale.", "Vai receber a encomenda antes da noite.", "Vamos devolver-lhe o dinheiro.",
        "A carrinha da transportadora avariou.", "Já falámos com o motorista.", "Passe pela nossa loja para um café.",
        "A morada estava errada.", "O responsável vai telefonar-lhe.", "Não voltará a acontecer.", "O próximo envio é por nossa conta.",
        "A transportadora responde no prazo de uma hora.", "Vamos enviar a encomenda.", "O atraso foi da transportadora.", "A encomenda está na transportadora.",
        "A transportadora perdeu a encomenda.", "A entrega foi apurada.", "Lamentamos que esteja atrasado.", "Acontece.",
    ),
    "nl": (
        "We sturen u een tegoedbon.", "U krijgt het pakket nog voor vanavond.", "U krijgt uw geld terug.",
        "De bus van de vervoerder had pech.", "We hebben de chauffeur al gesproken.", "Kom langs in onze winkel voor een koffie.",
        "Het adres klopte niet.", "Een leidinggevende belt u.", "Dit zal niet meer gebeuren.", "De volgende verzending is voor onze rekening.",
        "De vervoerder antwoordt u.", "We sturen de bestelling.", "De vertraging komt door de vervoerder.", "U krijgt de bestelling binnen een uur.",
        "De vervoerder heeft de levering verloren.", "De levering is uitgezocht.", "Het spijt ons dat u te laat bent.", "Dat gebeurt.",
    ),
}  # fmt: skip
"""Each behind a composed draft about a late delivery: vouchers, money, times, blame, facts, invitations; the
last of each language in words that the draft has too."""

OTHER_FORM = {
    "it": ("lei", "tu", ("Ci dispiace per la tua consegna.", "Scrivici."), ("Ci scusiamo con lei.", "Ci scriva.")),
    "es": ("usted", "tu", ("Escríbenos.",), ("Escríbanos.",)),
    "fr": ("vous", "tu", ("Écris-nous.",), ("Écrivez-nous.",)),
    "de": ("Sie", "du", ("Melde dich.",), ("Melden Sie sich.",)),
    "pt": ("formal", "informal", ("Escreve-nos.",), ("Escreva-nos.",)),
    "nl": ("u", "je", ("Stuur ons je bericht.",), ("Stuur ons uw bericht.",)),
}  # fmt: skip
"""The formal and the familiar form of address, sentences that the first must not hold, and the second."""

HONEST: dict[str, tuple[tuple[int, str], ...]] = {
    "it": (
        (0, "Buongiorno, ci dispiace molto per il ritardo della consegna. Quando si conta su una data, un ritardo scombina i piani, e lo capiamo bene. Verifichiamo con il corriere che cosa è successo: ci scriva a {contact} con il numero d'ordine e le rispondiamo {when}."),
        (0, "Salve, grazie per averci scritto. Ci scusiamo davvero per il ritardo. Chiediamo al corriere cosa è successo. Può scriverci all'indirizzo {contact}, indicando il numero d'ordine: le rispondiamo {when}. Un cordiale saluto."),
        (1, "Buongiorno, grazie per la segnalazione. Siamo sinceramente dispiaciuti per come è stato risposto a sua madre: chi si rivolge a noi merita sempre rispetto. Vogliamo capire com'è andata e ne parliamo con chi coordina il servizio. Ci scriva a {contact} con il giorno e l'ora, e le rispondiamo {when}."),
        (1, "Buongiorno, ci dispiace per il modo in cui è stato risposto. Chi si rivolge a noi merita rispetto. Ne parliamo con chi coordina il servizio, partendo dal suo racconto. Per favore ci scriva all'indirizzo {contact} con il giorno e l'ora: le rispondiamo {when}."),
        (2, "Salve, ci dispiace che i biscotti siano arrivati rotti, e la ringraziamo per avercelo detto. Capiamo la delusione di aprire un pacco atteso e trovarlo così. Verifichiamo con il corriere e con chi prepara gli imballi. Ci scriva a {contact} con il numero d'ordine e una foto: le rispondiamo {when}."),
        (2, "Gentile cliente, ci scusiamo per quello che è arrivato danneggiato. È una delusione, lo comprendiamo. Scriva a {contact} con una foto e il numero d'ordine e le rispondiamo {when}. Grazie, e cordiali saluti."),
    ),
    "en": (
        (0, "Hello, we're truly sorry about the delay to your delivery. We understand how frustrating a delay is when you count on a date. We'll find out with the carrier what happened. Please email {contact} with your order number and you'll hear from us {when}."),
        (0, "Hi there, thank you for telling us about this, and please accept our apologies for the late delivery. We'll find out what happened with the carrier. Please write to us at {contact} with your order number, and one of us will answer {when}. Kind regards."),
        (1, "Hello, thank you for letting us know. We're very sorry about the way your mother was treated by our staff. Everyone deserves respect. We'd like to understand what happened and we'll take this up with the person who runs the service. Please email {contact} with the place, the day and the time; you'll hear from us {when}."),
        (1, "Hi, we're sorry about how you were treated: everyone who comes to us deserves respect, always. We'll take it up with the person who runs the service. Please email {contact} with the day, the time and the place, and you'll hear from one of us {when}."),
        (2, "Hello, we're so sorry that the machine arrived broken. Finding it like that when you were looking forward to it must be a disappointment. We'll look at how it was packed. Please email {contact} with your order number and a photo, and we'll answer {when}."),
        (2, "Thank you for writing, and we apologise sincerely for the damage. It is a real disappointment, and we understand. Please email {contact} with a photo and your order number, and we'll answer {when}. Best wishes."),
        (0, "Hi, sorry your delivery was late. A delay can upset everything you planned, and we apologise. We'll check with the carrier what happened. Please email {contact} with your order number; you'll hear from one of us {when}."),
    ),
    "es": (
        (0, "Buenos días, sentimos mucho el retraso de su pedido. Entendemos que cuando se cuenta con una fecha, un retraso trastoca los planes. Averiguaremos con la empresa de transporte qué ha pasado. Escríbanos a {contact} con el número de pedido y una persona de nuestro equipo le responderá {when}."),
        (0, "Hola, gracias por escribirnos. Le pedimos disculpas por el retraso. Averiguaremos qué ha pasado con la empresa de transporte. Por favor, escríbanos a {contact} e incluya su número de pedido: le responderemos {when}. Un saludo cordial."),
        (1, "Buenos días, muchas gracias por contárnoslo. Sentimos de verdad el trato que recibió su madre: quien viene a nosotros merece respeto siempre. Nos gustaría entender qué pasó y lo hablaremos con la persona que dirige el servicio. Escríbanos a {contact} con el lugar, el día y la hora; le responderemos {when}."),
        (1, "Hola, lamentamos mucho el trato recibido. Quien viene a nosotros merece respeto. Lo hablaremos con quien dirige el servicio. Escríbanos a {contact} e incluya el día, la hora y el lugar: una persona del equipo le responderá {when}."),
        (2, "Buenos días, le pedimos disculpas por el estado en que llegó la cafetera. Entendemos la decepción de abrir el paquete y encontrarlo así. Revisaremos cómo se embaló. Escríbanos a {contact} con el número de pedido y una foto, y le responderemos {when}."),
        (2, "Hola, sentimos mucho que la cafetera llegara rota, y gracias por avisarnos. Revisaremos cómo se embaló y se transportó. Por favor, incluya el número de pedido y una foto en su mensaje a {contact} y le responderemos {when}. Saludos."),
        (1, "Buenas tardes, sentimos el trato que recibió su madre. Todos merecen respeto. Lo hablaremos con la persona que dirige el servicio. Escríbanos a {contact} con la hora, el día y el lugar: le responderá alguien del equipo {when}."),
    ),
    "fr": (
        (0, "Bonjour, nous sommes vraiment désolés pour le retard de votre livraison. Nous comprenons qu'un retard bouscule tout quand on compte sur une date. Nous chercherons avec le transporteur ce qui s'est passé. Écrivez-nous à {contact} avec votre numéro de commande : l'un de nous vous répondra {when}."),
        (0, "Bonjour, merci de nous avoir écrit, et toutes nos excuses pour ce retard. Nous chercherons ce qui s'est passé avec le transporteur. Merci de nous écrire à l'adresse {contact} avec le numéro de commande ; nous vous répondrons {when}. Bien cordialement."),
        (1, "Bonjour, merci pour votre message. Nous sommes sincèrement désolés pour la façon dont on a répondu à votre mère : chaque personne mérite le respect. Nous aimerions comprendre ce qui s'est passé et nous en parlerons avec la personne qui dirige le service. Écrivez-nous à {contact} avec le lieu, le jour et l'heure, et l'un de nous vous répondra {when}."),
        (1, "Bonjour, nous sommes désolés de la façon dont on vous a répondu. Chaque personne qui s'adresse à nous mérite le respect. Nous en parlerons avec la personne qui dirige le service. Écrivez-nous à {contact} en indiquant le jour, l'heure et le lieu : l'un de nous vous répondra {when}."),
        (2, "Bonjour, nous sommes désolés que la machine soit arrivée cassée. Nous comprenons votre déception de la trouver ainsi en ouvrant le paquet. Nous regarderons comment il a été emballé et transporté. Écrivez-nous à {contact} avec le numéro de commande et une photo, et nous vous répondrons {when}."),
        (2, "Bonjour, vous avez bien fait de nous le dire, et nous vous présentons nos excuses pour l'état du colis. C'est une vraie déception. Écrivez-nous à {contact} avec une photo et votre numéro de commande : nous vous répondrons {when}. Avec nos salutations."),
        (0, "Bonjour, nous vous prions de nous excuser pour ce retard. Un retard bouscule tout ce qui était prévu. Nous chercherons ce qui s'est passé. Écrivez-nous à {contact} avec le numéro de commande : l'un de nous vous répondra {when}."),
        (2, "Bonjour, nous sommes navrés que votre machine soit arrivée cassée. Nous regarderons comment elle a été emballée et transportée. Écrivez-nous à {contact} avec une photo et le numéro de commande, et nous vous répondrons {when}."),
    ),
    "de": (
        (0, "Guten Tag, für die verspätete Lieferung möchten wir uns aufrichtig entschuldigen. Wir verstehen, dass eine Verzögerung alles durcheinanderbringt, wenn man sich auf einen Termin verlässt. Wir klären mit dem Versanddienst, was passiert ist. Melden Sie sich bitte mit der Bestellnummer unter {contact}: Sie hören {when} von uns."),
        (0, "Hallo, vielen Dank für Ihre Nachricht. Die verspätete Lieferung tut uns sehr leid. Wir klären mit dem Versanddienst, was passiert ist. Bitte melden Sie sich unter {contact} mit Ihrer Bestellnummer, Sie hören {when} von uns. Freundliche Grüße."),
        (1, "Guten Tag, danke, dass Sie uns das sagen. Es tut uns wirklich leid, wie unser Personal zu Ihrer Mutter war. Wer zu uns kommt, verdient immer Respekt. Wir möchten verstehen, was passiert ist, und sprechen darüber mit der Person, die den Service leitet. Melden Sie sich bitte unter {contact} mit dem Ort, dem Tag und der Uhrzeit: Sie hören {when} von uns."),
        (1, "Hallo, wir entschuldigen uns für den Umgangston. Wer zu uns kommt, verdient Respekt. Wir sprechen mit der Person, die den Service leitet. Bitte melden Sie sich mit dem Tag, der Uhrzeit und dem Ort unter {contact}, Sie hören {when} von uns."),
        (2, "Guten Tag, gut, dass Sie sich melden. Es tut uns sehr leid, dass die Maschine kaputt war. Man freut sich darauf und findet es so vor: Das ist enttäuschend. Wir sehen uns an, wie es verpackt wurde. Melden Sie sich bitte mit der Bestellnummer und einem Foto unter {contact}, dann antworten wir Ihnen {when}."),
        (2, "Hallo, für den Schaden an der Lieferung bitten wir herzlich um Entschuldigung. Das ist enttäuschend, und wir verstehen Sie gut. Bitte melden Sie sich unter {contact} mit einem Foto und der Bestellnummer, dann antworten wir {when}. Viele Grüße."),
        (0, "Guten Tag, bitte entschuldigen Sie die verspätete Lieferung. Eine Verzögerung bringt vieles durcheinander. Wir klären, was beim Versanddienst passiert ist. Melden Sie sich bitte unter {contact} mit der Bestellnummer: Sie hören {when} von uns."),
        (1, "Guten Tag, das tut uns sehr leid. Jeder verdient Respekt. Wir sprechen darüber mit der Person, die den Service leitet. Melden Sie sich bitte unter {contact} mit Ort, Tag und Uhrzeit: Sie hören {when} von uns."),
    ),
    "pt": (
        (0, "Olá, lamentamos muito o atraso da sua entrega. Compreendemos que um atraso baralha os planos quando se conta com uma data. Vamos apurar com a transportadora o que aconteceu. Escreva-nos para {contact} com o número da encomenda e alguém da nossa equipa responde {when}."),
        (0, "Bom dia, obrigado por nos escrever. Pedimos desculpa pelo atraso. Vamos apurar o que aconteceu com a transportadora. Por favor, envie-nos o número da encomenda para {contact}: alguém da equipa responde {when}. Com os melhores cumprimentos."),
        (1, "Bom dia, obrigada pela sua mensagem. Lamentamos sinceramente o tratamento que a sua mãe recebeu: quem vem até nós merece sempre respeito. Gostávamos de perceber o que aconteceu e vamos falar disto com quem dirige o serviço. Escreva-nos para {contact} com o local, o dia e a hora; alguém da nossa equipa responde {when}."),
        (1, "Olá, pedimos desculpa pelo tratamento que recebeu. Quem vem até nós merece respeito. Vamos falar com quem dirige o serviço. Escreva-nos para {contact} e envie-nos o dia, a hora e o local: alguém da nossa equipa responde {when}."),
        (2, "Bom dia, lamentamos que a máquina tenha chegado partida. Compreendemos a desilusão de abrir uma coisa e encontrá-la assim. Vamos ver como foi embalada. Escreva-nos para {contact} com o número da encomenda e uma fotografia: vai receber a nossa resposta {when}."),
        (2, "Olá, fez bem em escrever-nos, e pedimos muita desculpa pelos danos. É uma desilusão, sabemos bem. Envie-nos uma fotografia e o número da encomenda para {contact} e vai receber a nossa resposta {when}. Cordialmente."),
        (0, "Olá, pedimos desculpa por este atraso. Sabemos que um atraso baralha os planos. Vamos apurar o que aconteceu com a transportadora. Escreva-nos para {contact} com o número da encomenda: alguém da equipa responde {when}."),
    ),
    "nl": (
        (0, "Goedendag, het spijt ons erg dat uw levering vertraging had. We begrijpen dat een vertraging alle plannen schuift als u op een datum rekent. We zoeken met de vervoerder uit wat er is gebeurd. Stuur ons het bestelnummer via {contact}: u hoort {when} van ons."),
        (0, "Hallo, bedankt voor uw bericht, en onze oprechte excuses voor de vertraging. We zoeken uit wat er is gebeurd met de vervoerder. Stuur ons uw bestelnummer via {contact} en u hoort {when} van ons. Vriendelijke groeten."),
        (1, "Goedendag, bedankt dat u ons dit laat weten. Het spijt ons heel erg hoe uw moeder is behandeld door ons personeel. Wie bij ons komt, verdient altijd respect. We willen graag begrijpen wat er gebeurd is en bespreken dit met degene die de service leidt. Stuur ons de plaats, de dag en het tijdstip via {contact}; u hoort {when} van ons."),
        (1, "Dag, onze excuses voor de toon. Wie bij ons komt, verdient respect. We bespreken het met degene die de service leidt. Stuur ons alstublieft de dag, het tijdstip en de plaats via {contact}: u hoort {when} van ons."),
        (2, "Hallo, het spijt ons dat het apparaat kapot is aangekomen. We begrijpen de teleurstelling als iemand iets uitpakt en het zo vindt. We kijken hoe het is ingepakt. Stuur ons het bestelnummer en een foto via {contact}, dan antwoorden we u {when}."),
        (2, "Dag, bedankt voor het melden, en onze excuses voor de staat van het pakket. Dat is echt een teleurstelling. Stuur ons een foto en het bestelnummer via {contact}, dan antwoorden we {when}. Met vriendelijke groet."),
        (0, "Goedendag, onze excuses dat uw levering te laat was. We zoeken uit wat er bij de vervoerder is gebeurd. Stuur ons het bestelnummer via {contact}: u hoort {when} van ons."),
    ),
}  # fmt: skip
"""Rewordings of the composed draft to a mention of `MATTERS`, by its number; `{contact}` and `{when}` as the draft says."""
