"""What is written, and what the voice is given."""

# ruff: noqa: SIM905 - a row of words reads better than a column

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicebot.catalogue.advice import Step
from voicebot.catalogue.calendarwords import shipped
from voicebot.catalogue.city import OpeningSpan
from voicebot.catalogue.folder import read_folder
from voicebot.catalogue.hours import TOWN_TIME, spoken_clock, spoken_hours, spoken_opening, spoken_reason
from voicebot.prompts import Prompts
from voicebot.speech import numerals
from voicebot.speech.speakable import speakable
from voicebot.speech.spoken_english import abbreviations as english_abbreviations
from voicebot.speech.spoken_english import letters as english_letters
from voicebot.speech.spoken_german import abbreviations as german_abbreviations
from voicebot.speech.spoken_german import letters as german_letters
from voicebot.speech.spoken_german.gender import gender

ROOT = Path(__file__).parent.parent

GERMAN = {
    # telephone numbers
    "02861/939-0": "null zwo acht sechs eins, neun drei neun, null",
    "Rufen Sie 02861/939-300 an.": "Rufen Sie null zwo acht sechs eins, neun drei neun, drei null null an.",
    "Tel.: 0 28 61 / 939-0": "Telefon: null zwo acht sechs eins, neun drei neun, null",
    "+49 2861/939-0": "plus vier neun, zwo acht sechs eins, neun drei neun, null",
    "(02861) 939-0": "null zwo acht sechs eins, neun drei neun, null",
    "+49 (0)2861 939-222": "plus vier neun, zwo acht sechs eins, neun drei neun, zwo zwo zwo",
    "0049 2861 939222": "null null vier neun, zwo acht sechs eins, neun drei neun, zwo zwo zwo",
    "0800 1234567": "null acht null null, eins zwo drei, vier fünf, sechs sieben",
    "0171 23 45 67 8": "null eins sieben eins, zwo drei, vier fünf, sechs sieben, acht",
    "0171/2345678": "null eins sieben eins, zwo drei vier, fünf sechs, sieben acht",
    "01712345678": "null eins sieben eins, zwo drei vier, fünf sechs, sieben acht",
    "02861681100": "null zwo acht, sechs eins, sechs acht, eins eins, null null",
    "02861 939-0 oder -222": "null zwo acht sechs eins, neun drei neun, null oder zwo zwo zwo",
    "Tel. 939-222, Fax -253": "Telefon neun drei neun, zwo zwo zwo, Fax zwo fünf drei",
    "Durchwahl -222 oder App. 300": "Durchwahl zwo zwo zwo oder Apparat drei null null",
    "Telefon: 8-12 Uhr": "Telefon: acht bis zwölf Uhr",
    "Wählen Sie 112 oder 110.": "Wählen Sie eins eins zwei oder eins eins null.",
    "110/112": "eins eins null oder eins eins zwei",
    "Die 115 hilft.": "Die eins eins fünf hilft.",
    "116117 oder 116 117": "eins eins sechs eins eins sieben oder eins eins sechs eins eins sieben",
    "112 Euro und 115 Seiten": "einhundertzwölf Euro und einhundertfünfzehn Seiten",
    "Zimmer 112": "Zimmer einhundertzwölf",
    # times and days
    "8:30": "acht Uhr dreißig",
    "8:30 Uhr": "acht Uhr dreißig",
    "um 08.00 Uhr": "um acht Uhr",
    "08:05": "acht Uhr fünf",
    "0:00": "null Uhr",
    "um 1:00 Uhr": "um ein Uhr",
    "bis 13 Uhr": "bis dreizehn Uhr",
    "15 Uhr 30": "fünfzehn Uhr dreißig",
    "um 8.30": "um acht Uhr dreißig",
    "12h": "zwölf Uhr",
    "8h30": "acht Uhr dreißig",
    "24 h geöffnet": "vierundzwanzig Stunden geöffnet",
    "2 h Parkdauer": "zwei Stunden Parkdauer",
    "24-h-Notdienst": "Vierundzwanzig-Stunden-Notdienst",
    "8-12 Uhr": "acht bis zwölf Uhr",
    "8–12 und 14–16 Uhr": "acht bis zwölf und vierzehn bis sechzehn Uhr",
    "8.30-12 u. 14-16.30 Uhr": "acht Uhr dreißig bis zwölf und vierzehn bis sechzehn Uhr dreißig",
    "Mo-Fr 8:00–12:30 Uhr": "Montag bis Freitag acht Uhr bis zwölf Uhr dreißig",
    "Do auch 14:00 - 17:30 Uhr": "Donnerstag auch vierzehn Uhr bis siebzehn Uhr dreißig",
    "Mo, Mi u. Fr 8-12 Uhr": "Montag, Mittwoch und Freitag acht bis zwölf Uhr",
    "Mo.-Do. 8.00-12.30": "Montag bis Donnerstag acht Uhr bis zwölf Uhr dreißig",
    "Sa und So geschlossen": "Samstag und Sonntag geschlossen",
    "Di + Do nachmittags": "Dienstag und Donnerstag nachmittags",
    "Bis Fr. Danach ist zu.": "Bis Freitag. Danach ist zu.",
    "Mo, 3.5.": "Montag, dritter Mai",
    "So ist das. Mit Di und Do.": "So ist das. Mit Di und Do.",
    "Bis dann. So. Und nun?": "Bis dann. So. Und nun?",
    # money
    "37 €": "siebenunddreißig Euro",
    "46,00 €": "sechsundvierzig Euro",
    "37,00 Euro": "siebenunddreißig Euro",
    "22,80 €": "zweiundzwanzig Euro achtzig",
    "EUR 12,50": "zwölf Euro fünfzig",
    "28.80 €": "achtundzwanzig Euro achtzig",
    "1 €": "ein Euro",
    "0,80 €": "achtzig Cent",
    "0,01 €": "ein Cent",
    "1.200,50 €": "eintausendzweihundert Euro fünfzig",
    "€ 37,-": "siebenunddreißig Euro",
    "60,- €": "sechzig Euro",
    "ca. 10.000,-": "circa zehntausend Euro",
    "5,50–10 €": "fünf Euro fünfzig bis zehn Euro",
    "zwischen 5,00 und 10 Euro": "zwischen fünf Euro und zehn Euro",
    "1,5 Mio. €": "eins Komma fünf Millionen Euro",
    "1 Mio. Euro": "eine Million Euro",
    "3.000.000.000 €": "drei Milliarden Euro",
    "5 €/Tag": "fünf Euro pro Tag",
    "2,50 €/m²": "zwei Euro fünfzig pro Quadratmeter",
    "12 ct/kWh": "zwölf Cent pro Kilowattstunde",
    "5-€-Schein": "Fünf-Euro-Schein",
    "-5,00 €": "minus fünf Euro",
    "0,345 €": "null Komma drei vier fünf Euro",
    "$ 20 und £5": "zwanzig Dollar und fünf Pfund",
    # dates
    "Am 3. Mai 2026 ist zu.": "Am dritten Mai zweitausendsechsundzwanzig ist zu.",
    "der 3. Mai": "der dritte Mai",
    "Montag, den 3. Mai": "Montag, den dritten Mai",
    "Stand: 01.03.2026": "Stand: erster März zweitausendsechsundzwanzig",
    "3.5.26": "dritter Mai zweitausendsechsundzwanzig",
    "geb. 3.5.58": "geboren dritter Mai neunzehnhundertachtundfünfzig",
    "2026-05-03": "dritter Mai zweitausendsechsundzwanzig",
    "am 2026-05-03": "am dritten Mai zweitausendsechsundzwanzig",
    "am 3/5/2026": "am dritten Mai zweitausendsechsundzwanzig",
    "am 3.5 um acht": "am dritten Mai um acht",
    "24./25.12.": "vierundzwanzigster und fünfundzwanzigster Dezember",
    "am 24./25.12.2026": "am vierundzwanzigsten und fünfundzwanzigsten Dezember zweitausendsechsundzwanzig",
    "vom 24.12. bis 31.12.": "vom vierundzwanzigsten Dezember bis einunddreißigsten Dezember",
    "24.12.2026–6.1.2027": (
        "vierundzwanzigster Dezember zweitausendsechsundzwanzig bis sechsten Januar zweitausendsiebenundzwanzig"
    ),
    "3., 4. und 5. Mai": "dritter, vierter und fünfter Mai",
    "vom 3.–5. Mai": "vom dritten bis fünften Mai",
    "14. Nov. 2025": "vierzehnter November zweitausendfünfundzwanzig",
    "Jan.–März 2026": "Januar bis März zweitausendsechsundzwanzig",
    "Stand 05/2026": "Stand Mai zweitausendsechsundzwanzig",
    "Bis 31.12. Bitte kommen Sie.": "Bis einunddreißigsten Dezember. Bitte kommen Sie.",
    "seit 1998": "seit neunzehnhundertachtundneunzig",
    "1990-1995": "neunzehnhundertneunzig bis neunzehnhundertfünfundneunzig",
    "2025/26": "zweitausendfünfundzwanzig sechsundzwanzig",
    "in den 1900er Jahren": "in den neunzehnhunderter Jahren",
    "90er-Jahre": "Neunziger-Jahre",
    # ordinals and Roman numerals
    "der 1. Januar": "der erste Januar",
    "im 2. Stock, Zimmer 12a": "im zweiten Stock, Zimmer zwölf a",
    "im 2. Obergeschoss": "im zweiten Obergeschoss",
    "2. OG": "zweites Obergeschoss",
    "EG, UG und 1. OG": "Erdgeschoss, Untergeschoss und erstes Obergeschoss",
    "im 21. Jahrhundert": "im einundzwanzigsten Jahrhundert",
    "19. Jh.": "neunzehntes Jahrhundert",
    "die 3. Etage": "die dritte Etage",
    "in der 3. Etage": "in der dritten Etage",
    "der 3. Etage": "der dritten Etage",
    "Ihr 2. Kind": "Ihr zweites Kind",
    "jedes 2. Kind": "jedes zweite Kind",
    "die 1. bis 4. Klasse": "die erste bis vierte Klasse",
    "dem vollendeten 24. Lebensjahr": "dem vollendeten vierundzwanzigsten Lebensjahr",
    "Am 1. und 3. Samstag": "Am ersten und dritten Samstag",
    "zum 15. eines Monats": "zum fünfzehnten eines Monats",
    "Kommen Sie am 3. Bringen Sie es mit.": "Kommen Sie am dritten. Bringen Sie es mit.",
    "Zimmer 12. Bitte klopfen.": "Zimmer zwölf. Bitte klopfen.",
    "1. Antrag\n2. Foto": "erstens, Antrag. zweitens, Foto",
    "Heinrich IV. und Elisabeth II. kamen": "Heinrich der Vierte und Elisabeth die Zweite kamen",
    "unter Heinrich IV. erbaut": "unter Heinrich dem Vierten erbaut",
    "Hartz IV": "Hartz vier",
    "Hartz-IV-Empfänger": "Hartz-vier-Empfänger",
    "Pflegegrad III": "Pflegegrad drei",
    "im II. Quartal": "im zweiten Quartal",
    "SGB II und SGB XII": "S G B zwei und S G B zwölf",
    # abbreviations
    "z. B. ein Foto, d. h. eins": "zum Beispiel ein Foto, das heißt eins",
    "z.B. oder zB": "zum Beispiel oder zum Beispiel",
    "Z. B. so.": "Zum Beispiel so.",
    "ca. 3–5 Wochen": "circa drei bis fünf Wochen",
    "ggf., evtl. bzw. mind. 3, max. 5": "gegebenenfalls, eventuell beziehungsweise mindestens drei, maximal fünf",
    "inkl. MwSt., zzgl. 5 % p. a.": "inklusive Mehrwertsteuer, zuzüglich fünf Prozent pro Jahr",
    "i. d. R. z. Hd. Frau Dr. Meier": "in der Regel zu Händen Frau Doktor Meier",
    "Hr. Prof. Dr. Schulz": "Herr Professor Doktor Schulz",
    "Fr. Müller, geb. Schmidt": "Frau Müller, geborene Schmidt",
    "U. Müller und J. R. Meier": "U Müller und J R Meier",
    "Ausweise usw. Bringen Sie alles mit.": "Ausweise und so weiter. Bringen Sie alles mit.",
    "Ausweise u. a.": "Ausweise und anderes",
    "u. a. Ausweise": "unter anderem Ausweise",
    "gem. § 5, lt. Satzung, s. o., m. E. gut": "gemäß Paragraf fünf, laut Satzung, siehe oben, meines Erachtens gut",
    "die o. g. Frist und die o. g. Fristen": "die oben genannte Frist und die oben genannten Fristen",
    "verh., gesch. u. verw.": "verheiratet, geschieden und verwitwet",
    "1 Std. oder 30 Min.": "eine Stunde oder dreißig Minuten",
    "5 St., 3 Stk.": "fünf Stück, drei Stück",
    "Nr. 5, lfd. Nr. 6, Kontonr. 7": "Nummer fünf, laufende Nummer sechs, Kontonummer sieben",
    "Die Art. Das ist diese Art.": "Die Art. Das ist diese Art.",
    "S. 12, s. Anlage 2, Bd. 3": "Seite zwölf, siehe Anlage zwei, Band drei",
    "Heimatverein e. V. Borken": "Heimatverein e V Borken",
    "Borken (Westf.), Kr. Borken": "Borken, Westfalen, Kreis Borken",
    # acronyms
    "GmbH, NRW und EU in der BRD": "G m b H, N R W und E U in der B R D",
    "EU-Land, Steuer-ID und eID-Karte": "E U Land, Steuer I D und e I D Karte",
    "PIN, PUK und TAN": "Pinn, Puck und Tann",
    "PIN-Brief vom TÜV": "Pinn-Brief vom Tüff",
    "Im WC und ÖPNV": "Im W C und Ö P N V",
    "SEPA, IBAN, BIC": "Sepa, Iban, Bick",
    "Kfz-Zulassung, Lkw und Pkws": "K F Z Zulassung, L K W und P K W",
    "QR-Code als PDF per E-Mail": "Q R Code als P D F per E-Mail",
    "Din A4 ist DIN A4, und CO2": "Din A vier ist Din A vier, und C O zwei",
    "COVID-19": "Covid neunzehn",
    "StVO und StVG": "S t V O und S t V G",
    "JA oder NEIN": "ja oder nein",
    "DAS RATHAUS IST ZU": "das Rathaus ist zu",
    # statutes
    "§ 5 Abs. 2": "Paragraf fünf Absatz zwei",
    "§ 17 BMG": "Paragraf siebzehn B M G",
    "§§ 5 ff. BauO NRW": "Paragrafen fünf fortfolgende Bauordnung N R W",
    "§§ 5–7, § 1600 BGB": "Paragrafen fünf bis sieben, Paragraf eintausendsechshundert B G B",
    "des § 5a f. PAuswG": "des Paragrafen fünf a folgende Personalausweisgesetz",
    "Art. 13 DSGVO": "Artikel dreizehn D S G V O",
    "Abs. 2 S. 1 Nr. 3 lit. a": "Absatz zwei Satz eins Nummer drei Buchstabe a",
    "i. V. m. § 3": "in Verbindung mit Paragraf drei",
    "BGBl. I S. 123": "Bundesgesetzblatt eins Seite einhundertdreiundzwanzig",
    # streets, rooms and codes
    "46325 Borken": "vier sechs drei zwo fünf Borken",
    "D-46325 Borken": "vier sechs drei zwo fünf Borken",
    "PLZ 46325, Postfach 17 64": "P L Z vier sechs drei zwo fünf, Postfach eins sieben sechs vier",
    "12000 Einwohner": "zwölftausend Einwohner",
    "Im Piepershagen 17": "Im Piepershagen siebzehn",
    "Bahnhofstr. 5": "Bahnhofstraße fünf",
    "Str. des Friedens": "Straße des Friedens",
    "In der Hauptstr. Dort ist es.": "In der Hauptstraße. Dort ist es.",
    "Hauptstr. 12a-c": "Hauptstraße zwölf a bis c",
    "Butenwall 7 b": "Butenwall sieben b",
    "Butenwall 7 g": "Butenwall sieben g",
    "Marktpl. 3, Hauptstrasse 12/14": "Marktplatz drei, Hauptstraße zwölf vierzehn",
    "Am Hl. Kreuz": "Am Heiligen Kreuz",
    "St.-Remigius-Str., Dr.-Rosenthal-Str.": "Sankt-Remigius-Straße, Doktor-Rosenthal-Straße",
    "Am Bhf. in Ndr. Rees": "Am Bahnhof in Nieder Rees",
    "Zimmer D-108": "Zimmer D einhundertacht",
    "Zi. 2.14 und Zi.-Nr. 2.04": "Zimmer zwei Punkt vierzehn und Zimmernummer zwei Punkt null vier",
    "BOR-AB 123": "B O R, A B, eins zwo drei",
    "Kennzeichen BOR AB 123": "Kennzeichen B O R, A B, eins zwo drei",
    "Az. 32.1-2026/0815": "Aktenzeichen drei zwo Punkt eins Strich zwo null zwo sechs Schrägstrich null acht eins fünf",
    "Az.: 5 K 123/25": "Aktenzeichen: fünf K eins zwo drei Schrägstrich zwo fünf",
    "Aufs Konto 1000 Euro": "Aufs Konto eintausend Euro",
    "Kassenzeichen 4711 0815": "Kassenzeichen vier sieben eins eins null acht eins fünf",
    "IBAN DE12 3456 7890 1234 5678 90": (
        "Iban D E eins zwo, drei vier fünf sechs, sieben acht neun null, eins zwo drei vier, fünf sechs "
        "sieben acht, neun null"
    ),
    "Ausweis T22000129": "Ausweis T zwo zwo null null null eins zwo neun",
    # measures
    "3,5 km": "drei Komma fünf Kilometer",
    "20 m² und m² Wohnfläche": "zwanzig Quadratmeter und Quadratmeter Wohnfläche",
    "1 km, 1 t und 1 kWh": "ein Kilometer, eine Tonne und eine Kilowattstunde",
    "50 km/h, in km/h": "fünfzig Kilometer pro Stunde, in Kilometer pro Stunde",
    "0,75 l und 5 kg/Tag": "null Komma sieben fünf Liter und fünf Kilogramm pro Tag",
    "6 l/100 km": "sechs Liter pro einhundert Kilometer",
    "-5 °C bis +3 °C": "minus fünf Grad Celsius bis plus drei Grad Celsius",
    "20° warm": "zwanzig Grad warm",
    "5 MB, 2 ha, 3 m³": "fünf Megabyte, zwei Hektar, drei Kubikmeter",
    "35 x 45 mm": "fünfunddreißig mal fünfundvierzig Millimeter",
    "3 m x 4 m": "drei Meter mal vier Meter",
    "3x täglich": "dreimal täglich",
    "5 %, 0,5 ‰ und 100%ige": "fünf Prozent, null Komma fünf Promille und einhundertprozentige",
    "½ Stunde": "eine halbe Stunde",
    "1/2 Jahr": "ein halbes Jahr",
    "1½ Stunden": "eineinhalb Stunden",
    "2 1/2 Jahre": "zweieinhalb Jahre",
    "3/4 der Fläche, 2/3 davon": "drei Viertel der Fläche, zwei Drittel davon",
    "x² und ½": "x hoch zwei und ein halb",
    # other numbers
    "16 Jahre": "sechzehn Jahre",
    "1.234.567 Einwohner": "eine Million zweihundertvierunddreißigtausendfünfhundertsiebenundsechzig Einwohner",
    "1234567890123": "eins zwo drei vier fünf sechs sieben acht neun null eins zwo drei",
    "-3,5": "minus drei Komma fünf",
    "1:100": "eins zu einhundert",
    "Version 2.0, Punkt 3.2.1": "Version zwei Punkt null, Punkt drei Punkt zwei Punkt eins",
    "24/7": "vierundzwanzig sieben",
    "1,2,3": "eins, zwei, drei",
    "007": "null null sieben",
    "5-10 und 939-222": "fünf bis zehn und neun drei neun, zwo zwo zwo",
    "16-jährig, 18-Jährige": "sechzehnjährig, Achtzehnjährige",
    "3-mal, 2-fach": "dreimal, zweifach",
    "1-Zimmer-Wohnung, 24-Stunden-Dienst": "Ein-Zimmer-Wohnung, Vierundzwanzig-Stunden-Dienst",
    "10er-Karte": "Zehner-Karte",
    "ab 60+": "ab sechzig plus",
    "1 a und 12 a": "eins a und zwölf a",
    "Das ist 1 Sache": "Das ist eine Sache",
    "1 Foto, 1 Kopie": "ein Foto, eine Kopie",
    "1 gültiges Foto": "ein gültiges Foto",
    "in 1 Stunde, für 1 Tag": "in einer Stunde, für einen Tag",
    "1–2 Wochen": "ein bis zwei Wochen",
    "Klasse 1": "Klasse eins",
    "٣ und ①": "drei und eins",
    # addresses on the net
    "borken.de": "borken Punkt de",
    "www.borken.de": "w w w Punkt borken Punkt de",
    "Siehe https://www.kreis-borken.de/termin.": "Siehe w w w Punkt kreis Minus borken Punkt de Schrägstrich termin.",
    "buergerbuero@borken.de": "buergerbuero ät borken Punkt de",
    "antrag_neu.pdf": "antrag Unterstrich neu Punkt P D F",
    "@stadtborken #borken": "ät stadtborken Hashtag borken",
    # signs and odd characters
    "Müller & Söhne": "Müller und Söhne",
    "2 + 3 = 5": "zwei plus drei gleich fünf",
    "2 * 3 < 7": "zwei mal drei unter sieben",
    "≥ 18, ~ 20, ± 3": "mindestens achtzehn, etwa zwanzig, plus minus drei",
    "Drücken Sie # oder *.": "Drücken Sie Raute oder Stern.",
    "#5, Gebühr* 5": "Nummer fünf, Gebühr fünf",
    "„Hallo“ – wie geht’s?": "Hallo, wie geht's?",
    "Moment … bitte": "Moment, bitte",
    "Geld (bar) und/oder Karte 😀": "Geld, bar, und oder Karte",
    "Bürger:innen und Mitarbeiter*innen": "Bürgerinnen und Mitarbeiterinnen",
    "Mitarbeiter/-innen, BürgerInnen": "Mitarbeiterinnen, Bürgerinnen",
    "(m/w/d)": "männlich, weiblich, divers",
    "<speed level='50'>schnell": "speed level 'fünfzig' schnell",
    "Zu\xadstän\xaddig": "Zuständig",
    "10\xa0000 und Preis&amp;Leistung": "zehntausend und Preis und Leistung",
    "  \n ": "",
}

ENGLISH = {
    # telephone numbers
    "Call 02861/939-0.": "Call oh two eight six one, nine three nine, oh.",
    "+49 (0)2861 939-222": "plus four nine, two eight six one, nine three nine, two two two",
    "0049 2861 9390": "oh oh four nine, two eight six one, nine three nine oh",
    "(02861) 939-0": "oh two eight six one, nine three nine, oh",
    "0800 1234567": "oh eight oh oh, one two three, four five, six seven",
    "0171 23 45 67 8": "oh one seven one, two three, four five, six seven, eight",
    "02861681100": "oh two eight, six one, six eight, one one, oh oh",
    "02861 939-0 or -222": "oh two eight six one, nine three nine, oh or two two two",
    "Tel. 939-222, ext. 12": "Telephone nine three nine, two two two, extension one two",
    "Phone: 02861 939 300": "Phone: oh two eight six one, nine three nine, three oh oh",
    "Dial 112 or 110.": "Dial one one two or one one zero.",
    "110/112": "one one zero or one one two",
    "115 and 116117": "one one five and one one six one one seven",
    "112 euros, 115 pages, room 112": (
        "one hundred and twelve euros, one hundred and fifteen pages, room one hundred and twelve"
    ),
    # times and days
    "We open at 8:30.": "We open at eight thirty a m.",
    "at 8:05": "at eight oh five a m",
    "at 0:00": "at midnight",
    "at 12:00": "at noon",
    "at 20:15": "at eight fifteen p m",
    "at 14.30": "at two thirty p m",
    "from 2 pm to 4:15 p.m. Then": "from two p m to four fifteen p m. Then",
    "8 a.m.": "eight a m",
    "8-12 am": "eight to twelve a m",
    "9.30am–5pm": "nine thirty a m to five p m",
    "5 o'clock": "five o'clock",
    "8h30": "eight thirty a m",
    "from two to six pm": "from two to six p m",
    "Mon-Fri 8:30-12:30": "Monday to Friday eight thirty a m to twelve thirty p m",
    "Mon–Fr 8 a.m.–4 p.m.": "Monday to Friday eight a m to four p m",
    "Monday 8-12 and 14-16": "Monday eight a m to noon and two p m to four p m",
    "Mon, Wed and Fri 8:00-12:00": "Monday, Wednesday and Friday eight a m to noon",
    "Tue + Thu afternoons": "Tuesday and Thursday afternoons",
    "Sat and Sun closed": "Saturday and Sunday closed",
    "On Fri. Please call.": "On Friday. Please call.",
    "Sat 3 May": "Saturday the third of May",
    "8.30-12.30": "eight thirty a m to twelve thirty p m",
    "The sun is out. Sun and sea. I sat.": "The sun is out. Sun and sea. I sat.",
    # money
    "It costs €37.": "It costs thirty-seven euros.",
    "46.00 €": "forty-six euros",
    "46,00 €": "forty-six euros",
    "22.80 €, e.g. for children": "twenty-two euros eighty, for example for children",
    "1 euro": "one euro",
    "€0.80": "eighty cents",
    "€0.01": "one cent",
    "EUR 12.50": "twelve euros fifty",
    "EUR 1,234.56": "one thousand two hundred and thirty-four euros fifty-six",
    "1.234,56 €": "one thousand two hundred and thirty-four euros fifty-six",
    "€5-10": "five to ten euros",
    "5.50–10 €": "five euros fifty to ten euros",
    "between 5.00 and 10 euros": "between five euros and ten euros",
    "€1.5 million": "one point five million euros",
    "1.5 Mio. €": "one point five million euros",
    "60,-": "sixty euros",
    "€5/day": "five euros per day",
    "2 €/m²": "two euros per square metre",
    "£5.50 and 50p": "five pounds fifty and fifty pence",
    "£1": "one pound",
    "$20": "twenty dollars",
    # dates
    "on 3 May 2026": "on the third of May twenty twenty-six",
    "3rd May": "the third of May",
    "the 3rd of May": "the third of May",
    "May 3rd, 2026": "May the third, twenty twenty-six",
    "May 3": "May the third",
    "Monday, 3 Dec. 2026": "Monday, the third of December twenty twenty-six",
    "24.12.2026": "the twenty-fourth of December twenty twenty-six",
    "24./25.12.": "the twenty-fourth and twenty-fifth of December",
    "24.12.-6.1.": "the twenty-fourth of December to the sixth of January",
    "24.12.2026-6.1.2027": (
        "the twenty-fourth of December twenty twenty-six to the sixth of January twenty twenty-seven"
    ),
    "03/05/2026": "the third of May twenty twenty-six",
    "2026-05-03": "the third of May twenty twenty-six",
    "24/25 December": "the twenty-fourth and twenty-fifth of December",
    "24–26 December 2026": "the twenty-fourth to the twenty-sixth of December twenty twenty-six",
    "30 April–2 May": "the thirtieth of April to the second of May",
    "Jan–Mar 2026": "January to March twenty twenty-six",
    "05/2026": "May twenty twenty-six",
    "in 1998": "in nineteen ninety-eight",
    "since 2005": "since two thousand and five",
    "the 2026 budget": "the twenty twenty-six budget",
    "2000 people": "two thousand people",
    "1990-1995": "nineteen ninety to nineteen ninety-five",
    "the 1990s and 90s": "the nineteen nineties and nineties",
    "2025/26": "twenty twenty-five twenty-six",
    # ordinals and Roman numerals
    "the 2nd floor, room 121": "the second floor, room one hundred and twenty-one",
    "the 21st century": "the twenty-first century",
    "the 11th and 23rd": "the eleventh and twenty-third",
    "Henry IV": "Henry the Fourth",
    "Hartz IV": "Hartz four",
    "care level III": "care level three",
    "SGB II": "S G B two",
    # abbreviations
    "3-5 weeks, i.e. soon": "three to five weeks, that is soon",
    "approx. 3, max. 5, min. 2": "approximately three, maximum five, minimum two",
    "incl. VAT, excl. post": "including V A T, excluding post",
    "Mr. Smith, Mrs Jones and Dr. Meier": "Mister Smith, Missis Jones and Doctor Meier",
    "J. R. Smith, b. 1958": "J R Smith, born nineteen fifty-eight",
    "photos etc. Please bring them.": "photos et cetera. Please bring them.",
    "No. 5, nos. 6 and no. That is it.": "number five, numbers six and no. That is it.",
    "pp. 5-7, vol. 2, fig. 3": "pages five to seven, volume two, figure three",
    "30 mins, 1 hr and 2 hrs. Please": "thirty minutes, one hour and two hours. Please",
    "St. Joseph's, Main St. The office": "Saint Joseph's, Main Street. The office",
    "U.S. and U.K.": "U S and U K",
    "a.k.a. the town, p.a.": "also known as the town, per annum",
    "c/o Smith, w/o charge": "care of Smith, without charge",
    "e.V., Ltd. and vs.": "E V, Limited and versus",
    # acronyms
    "GmbH in NRW and the EU": "G m b H in N R W and the E U",
    "eID, EU-wide and IDs": "e I D, E U wide and I Ds",
    "PIN, PUK and TAN": "pin, puck and tan",
    "IBAN, BIC and SEPA": "Iban, Bick and Sepa",
    "QR code as a PDF": "Q R code as a P D F",
    "Kfz, CO2, DIN A4": "K F Z, C O two, Din A four",
    "COVID-19": "Covid nineteen",
    "NOT today": "not today",
    "CLOSED TODAY": "Closed Today",
    # statutes
    "§ 17 BMG": "section seventeen B M G",
    "§§ 5 ff. BauO NRW": "sections five and following Bauordnung N R W",
    "Art. 13 GDPR": "article thirteen G D P R",
    "Art. 6 para. 1 lit. e": "article six paragraph one letter e",
    "section 1600": "section one thousand six hundred",
    "s. 5, sec. 6": "section five, section six",
    # streets, rooms and codes
    "46325 Borken, Bahnhofstr. 5": "four six three two five Borken, Bahnhofstraße five",
    "D-46325 Borken, P.O. Box 1764": "four six three two five Borken, P O Box one seven six four",
    "Im Piepershagen 17": "Im Piepershagen seventeen",
    "Hauptstr. 12a-c": "Hauptstraße twelve a to c",
    "St.-Remigius-Str., Dr.-Rosenthal-Str.": "Sankt-Remigius-Straße, Doktor-Rosenthal-Straße",
    "Am Hl. Kreuz": "Am Heiligen Kreuz",
    "In Hauptstr. Please ring.": "In Hauptstraße. Please ring.",
    "room D-108": "room D one hundred and eight",
    "room 2.14": "room two point one four",
    "BOR-AB 123": "B O R, A B, one two three",
    "number plate BOR AB 123": "number plate B O R, A B, one two three",
    "file number 32.1-2026/0815": "file number three two point one dash two zero two six slash zero eight one five",
    "DE12 3456 7890 1234 5678 90": (
        "D E one two, three four five six, seven eight nine zero, one two three four, five six seven eight, nine zero"
    ),
    "document T22000129": "document T two two zero zero zero one two nine",
    # measures
    "3.5 km": "three point five kilometres",
    "20 m²": "twenty square metres",
    "50 km/h": "fifty kilometres an hour",
    "1 kWh, 3 kWh": "one kilowatt hour, three kilowatt hours",
    "-5 °C": "minus five degrees Celsius",
    "90°": "ninety degrees",
    "5 kg/day": "five kilograms per day",
    "6 l/100 km": "six litres per one hundred kilometres",
    "35 x 45 mm": "thirty-five by forty-five millimetres",
    "3x a year": "three times a year",
    "2x": "twice",
    "5-10 %, 100%": "five to ten percent, one hundred percent",
    "½ hour": "half an hour",
    "1/4 hour": "a quarter of an hour",
    "1½ hours": "one and a half hours",
    "2 1/2 years": "two and a half years",
    "3/4 of all, 2/3": "three quarters of all, two thirds",
    # other numbers
    "1,234,567 people": "one million two hundred and thirty-four thousand five hundred and sixty-seven people",
    "12000 steps, 10,000 residents": "twelve thousand steps, ten thousand residents",
    "1.000.000": "one million",
    "1234567890123": "one two three four five six seven eight nine zero one two three",
    "-3.5": "minus three point five",
    "3,5": "three point five",
    "1:100": "one to one hundred",
    "v. 2.0, 3.2.1": "version two point zero, three point two point one",
    "24/7": "twenty-four seven",
    "1, 2 and 1,2,3": "one, two and one, two, three",
    "007": "zero zero seven",
    "939-222": "nine three nine, two two two",
    "16-year-old": "sixteen-year-old",
    "18+": "eighteen plus",
    "1 a": "one a",
    # addresses on the net
    "borken.de": "borken dot D E",
    "www.borken.de/en": "w w w dot borken dot D E slash en",
    "buergerbuero@borken.de": "buergerbuero at borken dot D E",
    "on borken dot de": "on borken dot D E",
    "form.pdf": "form dot P D F",
    # signs and odd characters
    "A & B": "A and B",
    "2 + 3 = 5": "two plus three equals five",
    "< 5, ≥ 18, ~20": "under five, at least eighteen, about twenty",
    "Press # or *.": "Press hash or star.",
    "#5 #borken @borken": "number five hashtag borken at borken",
    "and/or": "and or",
    "“Hello” – how’s it?": "Hello, how's it?",
    "R&amp;D": "R and D",
}


@pytest.mark.parametrize(("written", "said"), GERMAN.items())
def test_german(written: str, said: str) -> None:
    assert speakable(written, "de") == said


@pytest.mark.parametrize(("written", "said"), ENGLISH.items())
def test_english(written: str, said: str) -> None:
    assert speakable(written, "en_GB") == said


@pytest.mark.parametrize(("table", "language"), [(GERMAN, "de"), (ENGLISH, "en")])
def test_what_is_said_stays_as_it_is(table: Mapping[str, str], language: str) -> None:
    for said in table.values():
        assert speakable(said, language) == said


def test_a_language_without_rules_is_cleaned() -> None:
    assert speakable("« Bonjour » – 37 €…", "fr") == "Bonjour, 37."


def test_opening_hours_are_read_as_a_clock() -> None:
    closes = (time(16), time(12, 30), time(12, 30))
    spans = [OpeningSpan(day, time(8), closes[day], "Aushang", date(2026, 11, 22)) for day in range(3)]
    assert speakable(spoken_hours(spans, shipped("de")), "de") == (
        "Montag von acht bis sechzehn Uhr, Dienstag und Mittwoch von acht bis zwölf Uhr dreißig"
    )
    assert speakable(spoken_hours(spans, shipped("en")), "en") == (
        "Monday from eight a m to four p m, Tuesday and Wednesday from eight a m to twelve thirty p m"
    )


# Every text of the sample

CITY = read_folder(ROOT / "data" / "borken")
CHOICES = ("service", "first", "second", "third")
PROMPTS = Prompts.load(("de", "en"))
ABBREVIATIONS = {"de": german_abbreviations, "en": english_abbreviations}
ACRONYMS = {"de": german_letters, "en": english_letters}


def city_texts(language: str) -> Iterator[str]:
    """What the sample city has to say, without what the callers say."""
    for department in CITY.departments.values():
        yield department.name(language)
        yield department.with_name(language)
        yield spoken_hours(department.hours, shipped(language))
    for service in CITY.services.values():
        yield service.name(language)
        yield from (fact.text for fact in service.facts if fact.language == language)
    for advice in CITY.advice.values():
        yield advice.name[language]
        for node in advice.walk():
            if isinstance(node, Step):
                yield node.question[language]
                yield from (choice.label[language] for choice in node.choices)
            else:
                yield from (part.text[language] for part in node.parts)


OPENING = datetime(2026, 12, 31, 8, 30, tzinfo=TOWN_TIME)


def prompt_texts(language: str) -> Iterator[str]:
    """Every prompt with every number, service, department and opening time in its place."""
    values = {
        "city": [CITY.name],
        "desk": [department.with_name(language) for department in CITY.departments.values()],
        "department": [department.name(language) for department in CITY.departments.values()],
        "number": [department.extension for department in CITY.departments.values()],
        "name": ["Dr. Müller", "Frau Meier-Schulze"],
        "hours": [spoken_hours(department.hours, shipped(language)) for department in CITY.departments.values()],
        "closing": [spoken_clock(time(hour, minute), shipped(language)) for hour in (12, 16, 18) for minute in (0, 30)],
        "opening": [
            spoken_opening(OPENING, OPENING - timedelta(days=ahead), shipped(language)) for ahead in range(0, 40, 3)
        ],
        "reason": [spoken_reason(each.reason, shipped(language)) for each in CITY.closures],
        "reference": ["48213", "90017"],
        "words": ["vor der Hauptstr. 12", "seit dem 3. Mai", "um 8:30 Uhr"],
        "spoken": [PROMPTS.say("language_en", language)],
        **{key: [service.name(language) for service in CITY.services.values()] for key in CHOICES},
    }
    for key in PROMPTS.texts(language):
        for index in range(max(map(len, values.values()))):
            yield PROMPTS.say(key, language, **{name: each[index % len(each)] for name, each in values.items()})


def unspeakable(text: str, language: str) -> list[str]:
    """Whatever a voice would have to make something of: digits, signs, capitals in a row and abbreviations."""
    written = ABBREVIATIONS[language]
    abbreviations = {**written.INNER, **written.CLOSING, **written.LISTS}
    short = [re.escape(each) for each in abbreviations if each.endswith(".")]
    listed = [re.escape(each) for each in ACRONYMS[language].SPELLED]
    return [
        *(char for char in text if unicodedata.category(char)[0] not in "LMZ" and char not in ".,!?;:'-"),
        *re.findall(rf"(?<![\w.])(?:{'|'.join(short)})", text),
        *re.findall(rf"\b(?:{'|'.join(listed)}|[A-ZÄÖÜ]{{2,}})\b", text),
    ]


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("37 €", "de", ["3", "7", "€"]),
        ("Das ist z. B. die PIN.", "de", ["z. B.", "PIN"]),
        ("Tel. and eID", "en", ["eID"]),
        ("e. g. this, approx. that", "en", ["e. g.", "approx."]),
        ("Das ist, was man sagt: Wort für Wort!", "de", []),
    ],
)
def test_what_cannot_be_spoken_is_found(text: str, language: str, found: list[str]) -> None:
    assert unspeakable(text, language) == found


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_text_of_the_sample_is_given_to_the_voice_in_words(language: str) -> None:
    texts = [*city_texts(language), *prompt_texts(language)]
    assert len(texts) > 1000
    for text in texts:
        said = speakable(text, language)
        assert not unspeakable(said, language), f"{text} -> {said}"


@pytest.mark.parametrize("language", ["de", "en"])
def test_facts_that_are_words_already_stay_as_they_are(language: str) -> None:
    ready = re.compile(r"(?!.*(?:[A-ZÄÖÜ]{2}|ID\b|strasse|[ap]m\b| de\b))[\w ,.!?;:'-]+")
    facts = [fact.text for one in CITY.services.values() for fact in one.facts if fact.language == language]
    words = [text for text in facts if ready.fullmatch(text) and not re.search(r"\d", text)]
    assert len(words) > 300
    assert [speakable(text, language) for text in words] == words


# Whatever else is written

WRITTEN = (
    "Am am der die im 3. 4. Mai Dez. 2026 1998 8:30 8.30 Uhr h 12h 24 h Mo Di Do. Fr. So und u. bis – - / , . ( ) "
    "€ 5,50 12,- 1.200 1.234.567 Mio. % § §§ ff. Abs. Nr. Art. 02861/939-0 +49 (0)2861 939 0 112 110 116 117 "
    "46325 Borken Str. Hauptstr. 12a -c St. Hl. Dr. z. B. d. h. usw. e. V. GmbH NRW PIN IV. III Heinrich SGB II ½ "
    "1/2 m² km/h kg l g ² x × * # @ & + = < > ~ a@b.de borken.de www.x.de BOR-AB 123 DE12 3456 Az. 32.1/26 Zimmer "
    "D-108 2.14 1 Sache er jährig 16- 60+ 2025/26 ٣ ① Ⅳ \u00a0 \n 007 99999 1234567890123456 $5 £ TEUR am pm p.m. "
    "e.g. 3rd May Dec. 21st euros hour x 1:100"
).split(" ")


@settings(deadline=None)
@given(
    st.one_of(
        st.text(), st.lists(st.sampled_from(WRITTEN)).map(" ".join), st.lists(st.sampled_from(WRITTEN)).map("".join)
    ),
    st.sampled_from(["de", "en"]),
)
def test_neither_digit_nor_sign_is_left_of_any_text(text: str, language: str) -> None:
    said = speakable(text, language)
    assert not [char for char in said if unicodedata.category(char)[0] in "NS" or char in "/#@&*%§="]


@pytest.mark.parametrize(
    ("number", "german", "english"),
    [
        (0, "null", "zero"),
        (16, "sechzehn", "sixteen"),
        (21, "einundzwanzig", "twenty-one"),
        (101, "einhunderteins", "one hundred and one"),
        (1001, "eintausendeins", "one thousand and one"),
        (21_000, "einundzwanzigtausend", "twenty-one thousand"),
        (1_000_000, "eine Million", "one million"),
        (2_300_000, "zwei Millionen dreihunderttausend", "two million three hundred thousand"),
        (1_000_000_001, "eine Milliarde eins", "one billion and one"),
    ],
)
def test_numbers(number: int, german: str, english: str) -> None:
    assert numerals.german(number) == german
    assert numerals.english(number) == english


def test_ordinals() -> None:
    assert [numerals.german_ordinal(n) for n in (1, 3, 7, 8, 19, 20, 31, 101)] == [
        "erste", "dritte", "siebte", "achte", "neunzehnte", "zwanzigste", "einunddreißigste", "einhunderterste",
    ]  # fmt: skip
    assert [numerals.english_ordinal(n) for n in (1, 2, 3, 5, 9, 12, 20, 31)] == [
        "first", "second", "third", "fifth", "ninth", "twelfth", "twentieth", "thirty-first",
    ]  # fmt: skip


def test_years() -> None:
    assert [numerals.english_year(n) for n in (1998, 2000, 2005, 2026, 1900, 1905)] == [
        "nineteen ninety-eight", "two thousand", "two thousand and five",
        "twenty twenty-six", "nineteen hundred", "nineteen oh five",
    ]  # fmt: skip


def test_roman_numerals() -> None:
    assert [numerals.roman(each) for each in ("I", "IV", "IX", "XIV", "XXXIX")] == [1, 4, 9, 14, 39]


@pytest.mark.parametrize(
    ("noun", "kind"),
    [("Wohnung", "f"), ("Karte", "f"), ("Name", "m"), ("Zeugnis", "n"), ("Passbild", "n"), ("Ausweis", "m")],
)
def test_gender(noun: str, kind: str) -> None:
    assert gender(noun) == kind


def test_no_number_is_too_long() -> None:
    assert speakable("1234567890123", "de").startswith("eins zwo drei vier")
    with pytest.raises(ValueError, match="beyond"):
        numerals.german(numerals.LIMIT)
