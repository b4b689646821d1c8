"""The words of a Supervisor's instructions, folded: English, German, French and Spanish."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


THANKS = _words("thanks thank thx you many kudos bravo danke vielen besten dank herzlichen merci gracias muchas")
"""A line that begins with these thanks somebody."""

COMMENT = _words("comment note message kommentar notiz nachricht commentaire remarque comentario nota mensaje")

FOR = _words("for to an fur fuer von pour a au de para por on behalf of im namen au nom en nombre")

AND = _words("and und et y e or oder ou o")

AWAY = tuple(
    tuple(each.split())
    for each in (
        *("away", "absent", "on leave", "vacation", "on holiday", "sick", "ill", "out of office", "out of the office"),
        *("is out", "will be out", "is off", "will be off", "parental leave", "maternity leave", "annual leave"),
        *("abwesend", "abwesenheit", "urlaub", "krank", "weg", "elternzeit", "nicht da"),
        *("absente", "absents", "absence", "conge", "conges", "en vacances", "malade", "arret maladie"),
        *("ausente", "ausencia", "de vacaciones", "de baja", "enfermo", "enferma", "de permiso", "fuera"),
    )
)

FORWARD = _words("forward redirect send weiterleiten leite transferer transferez faire suivre reenviar reenvie")

ACTING = _words("acting stand-in deputy vertretung stellvertretung vertreter vertreterin interim suppleant suppleante "
                "remplacant remplacante suplente sustituto sustituta interino interina")  # fmt: skip

DENIED = _words("not no never isn't won't longer nicht kein keine nie mehr pas plus jamais ne nunca ya back zuruck")

GREETED_WITH = _words("hi hello hey dear greetings hallo liebe lieber guten bonjour bonsoir salut cher chere hola buenos buenas "
                      "estimado estimada good")  # fmt: skip

FILLING = _words(
    "is are was will be on in at of out off the a an her his their office from since to till til until thru through and "
    "including inclusive up leave sick annual parental maternity paternity family vacation holiday holidays away absent ill "
    "for today tomorrow now week next this trip business travel training duty as please both "
    "ist sind war wird hat haben im in bis zum zur vom von am ab seit und einschliesslich einschl inkl auf dienstreise der die "
    "das den dem ein eine abwesend abwesenheit urlaub urlaubs krank weg elternzeit bitte als heute morgen "
    "est sont sera seront en de du des au aux jusqu'au jusqu'a jusque le la les l et inclus inclusivement conge conges "
    "maladie absente absents absence vacances malade arret a partir depuis comme s'il vous plait "
    "esta estan estara estaran estare de del al el la los las hasta y por inclusive desde baja permiso vacaciones ausente "
    "ausentes ausencia enfermo enferma fuera oficina como favor hoy manana "
    "supervisor superior leiter leiterin chef cheffe jefe jefa an my me mich mi"
)
"""Words that change nothing of what is said about an absence or a stand-in."""
