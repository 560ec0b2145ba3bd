"""Words of the generated records: what a catalogue of cancer images talks about, in eight languages."""

from __future__ import annotations

LANGUAGES = {
    "en": "ENG",
    "de": "DEU",
    "fr": "FRA",
    "es": "SPA",
    "it": "ITA",
    "nl": "NLD",
    "pl": "POL",
    "el": "ELL",
}

CONDITIONS = {
    "en": ("lung cancer", "breast cancer", "prostate cancer", "colorectal cancer", "glioma", "liver cancer"),
    "de": ("Lungenkrebs", "Brustkrebs", "Prostatakrebs", "Darmkrebs", "Gliom", "Leberkrebs"),
    "fr": (
        "cancer du poumon",
        "cancer du sein",
        "cancer de la prostate",
        "cancer colorectal",
        "gliome",
        "cancer du foie",
    ),
    "es": (
        "cáncer de pulmón",
        "cáncer de mama",
        "cáncer de próstata",
        "cáncer colorrectal",
        "glioma",
        "cáncer de hígado",
    ),
    "it": (
        "tumore del polmone",
        "tumore della mammella",
        "tumore della prostata",
        "tumore del colon",
        "glioma",
        "tumore del fegato",
    ),
    "nl": ("longkanker", "borstkanker", "prostaatkanker", "darmkanker", "glioom", "leverkanker"),
    "pl": ("rak płuca", "rak piersi", "rak prostaty", "rak jelita grubego", "glejak", "rak wątroby"),
    "el": (
        "καρκίνος του πνεύμονα",
        "καρκίνος του μαστού",
        "καρκίνος του προστάτη",
        "καρκίνος του παχέος εντέρου",
        "γλοίωμα",
        "καρκίνος του ήπατος",
    ),
}
MODALITIES = ("CT", "MR", "PT", "MG", "US", "DX", "SM")

TITLES = {
    "en": "{modality} series of patients with {condition}, cohort {number}",
    "de": "{modality}-Serien von Personen mit {condition}, Kohorte {number}",
    "fr": "Séries {modality} de patients atteints de {condition}, cohorte {number}",
    "es": "Series {modality} de pacientes con {condition}, cohorte {number}",
    "it": "Serie {modality} di pazienti con {condition}, coorte {number}",
    "nl": "{modality}-series van patiënten met {condition}, cohort {number}",
    "pl": "Serie {modality} pacjentów, rozpoznanie: {condition}, kohorta {number}",
    "el": "Σειρές {modality} ασθενών με {condition}, κοόρτη {number}",
}
SENTENCES = {
    "en": (
        "Images of {count} persons, taken between {first} and {last}.",
        "Reports, stage and outcome are linked by a pseudonym.",
        "Two readers marked every lesion; a third one settled what they saw differently.",
        "Slices are {thin} mm thick, and the scanner's own values were kept.",
    ),
    "de": (
        "Aufnahmen von {count} Personen aus den Jahren {first} bis {last}.",
        "Befund, Stadium und Verlauf sind über ein Pseudonym verbunden.",
        "Zwei Befundende haben jede Läsion markiert.",
        "Die Schichten sind {thin} mm dick.",
    ),
    "fr": (
        "Images de {count} personnes, prises entre {first} et {last}.",
        "Compte rendu, stade et évolution sont reliés par un pseudonyme.",
        "Deux lecteurs ont délimité chaque lésion.",
        "Les coupes ont une épaisseur de {thin} mm.",
    ),
    "es": (
        "Imágenes de {count} personas, tomadas entre {first} y {last}.",
        "Informe, estadio y evolución están unidos por un seudónimo.",
        "Dos lectores delimitaron cada lesión.",
        "Los cortes tienen {thin} mm de grosor.",
    ),
    "it": (
        "Immagini di {count} persone, acquisite tra il {first} e il {last}.",
        "Referto, stadio ed esito sono collegati da uno pseudonimo.",
        "Due lettori hanno delineato ogni lesione.",
        "Lo spessore degli strati è di {thin} mm.",
    ),
    "nl": (
        "Beelden van {count} personen, gemaakt tussen {first} en {last}.",
        "Verslag, stadium en beloop zijn via een pseudoniem verbonden.",
        "Twee lezers hebben elke laesie omlijnd.",
        "De plakken zijn {thin} mm dik.",
    ),
    "pl": (
        "Obrazy {count} osób, wykonane między {first} a {last}.",
        "Opis, stopień i przebieg połączono pseudonimem.",
        "Dwie osoby obrysowały każdą zmianę.",
        "Warstwy mają grubość {thin} mm.",
    ),
    "el": (
        "Εικόνες {count} ατόμων, από το {first} έως το {last}.",
        "Πόρισμα, στάδιο και έκβαση συνδέονται με ψευδώνυμο.",
        "Δύο αναγνώστες σημείωσαν κάθε βλάβη.",
        "Οι τομές έχουν πάχος {thin} mm.",
    ),
}
KEYWORDS = (
    "oncology",
    "radiology",
    "screening",
    "follow-up",
    "segmentation",
    "biopsy",
    "staging",
    "pathology",
)
COUNTRIES = ("DEU", "FRA", "ESP", "ITA", "NLD", "POL", "GRC", "PRT", "SWE", "CZE")
FORMS = (
    ("ZIP", "application/dicom", "Pseudonymised DICOM studies"),
    ("CSV", "text/csv", "Clinical variables, one row a patient"),
    ("JSON", "application/json", "Outlines of lesions"),
    ("ZIP", "application/zip", "NIfTI volumes"),
)
