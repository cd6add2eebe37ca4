"""Whether an address could be one: postcode patterns by country."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

# What a postcode of the country looks like, upper case, spaces and hyphens removed.
POSTCODE_PATTERNS = {
    "AT": r"[1-9]\d{3}", "AU": r"\d{4}", "BE": r"[1-9]\d{3}", "BG": r"\d{4}", "BR": r"\d{8}",
    "CA": r"[ABCEGHJ-NPRSTVXY]\d[A-Z]\d[A-Z]\d", "CH": r"[1-9]\d{3}", "CY": r"\d{4}", "CZ": r"[1-7]\d{4}",
    "DE": r"\d{5}", "DK": r"\d{4}", "EE": r"\d{5}", "ES": r"(0[1-9]|[1-4]\d|5[0-2])\d{3}", "FI": r"\d{5}",
    "FR": r"(0[1-9]|[1-8]\d|9[0-8])\d{3}",
    "GB": r"[A-Z]{1,2}\d[A-Z\d]?\d[ABD-HJLNP-UW-Z]{2}|GIR0AA",
    "GG": r"GY\d{1,2}\d[A-Z]{2}", "GR": r"\d{5}", "HR": r"\d{5}", "HU": r"[1-9]\d{3}",
    "IE": r"([AC-FHKNPRTV-Y]\d{2}|D6W)[0-9AC-FHKNPRTV-Y]{4}", "IM": r"IM\d{1,2}\d[A-Z]{2}",
    "IN": r"[1-9]\d{5}",
    "IS": r"\d{3}", "IT": r"\d{5}", "JE": r"JE\d{1,2}\d[A-Z]{2}", "JP": r"\d{7}", "LI": r"94\d{2}",
    "LT": r"(LT)?\d{5}", "LU": r"(L)?\d{4}", "LV": r"(LV)?\d{4}", "MT": r"[A-Z]{3}\d{4}", "MX": r"\d{5}",
    "NL": r"[1-9]\d{3}[A-Z]{2}", "NO": r"\d{4}", "NZ": r"\d{4}", "PL": r"\d{5}", "PT": r"\d{4}(\d{3})?",
    "RO": r"\d{6}", "SE": r"(SE)?\d{5}", "SG": r"\d{6}", "SI": r"(SI)?\d{4}", "SK": r"\d{5}",
    "US": r"\d{5}(\d{4})?", "ZA": r"\d{4}",
}  # fmt: skip

# Places without postcodes: a missing one is no fault there.
WITHOUT_POSTCODE = ("AE", "AG", "AO", "BS", "HK", "IE", "JM", "MO", "PA", "QA", "UG", "ZW")

# Numbers that are typed to get past a form.
_PLACEHOLDER = r"(0+|1+|9+|X+|12345|123456|TEST|NONE|NA)"


def normalised(postcodes: pd.Series) -> pd.Series:
    """Upper case without spaces and hyphens.

    >>> normalised(pd.Series(["ec1a 1bb", "12345-6789"], dtype="str")).tolist()
    ['EC1A1BB', '123456789']
    """
    return postcodes.astype("str").str.upper().str.replace(r"[\s\-]", "", regex=True)


def is_implausible(countries: pd.Series, postcodes: pd.Series) -> NDArray[np.bool_]:
    """Postcodes that cannot be of their country; a missing one, or a country without a pattern, is not
    judged.

    Where a country is known only by a name or an unknown code there is no pattern, and nothing is claimed.

    >>> is_implausible(pd.Series(["GB", "DE", "KE"]), pd.Series(["EC1A 1BB", "EC1A 1BB", "x"])).tolist()
    [False, True, False]
    """
    codes = normalised(postcodes)
    country = countries.to_numpy(dtype=object)
    result = np.zeros(len(codes), dtype=bool)
    present = codes.notna().to_numpy() & (codes.fillna("") != "").to_numpy()
    for name, pattern in POSTCODE_PATTERNS.items():
        rows = np.flatnonzero(present & (country == name))
        if len(rows):
            fits = codes.iloc[rows].str.fullmatch(pattern).fillna(False).to_numpy(dtype=bool)
            result[rows] = ~fits
    return result


def is_placeholder(texts: pd.Series) -> NDArray[np.bool_]:
    """Address parts that are filled in only for form's sake: 'test', 'xxx', dashes.

    >>> is_placeholder(pd.Series(["High Street 1", "xxx", "-", None], dtype="str")).tolist()
    [False, True, True, False]
    """
    plain = texts.astype("str").str.upper().str.replace(r"[\s.\-]", "", regex=True)
    empty = texts.notna().to_numpy() & (plain.fillna("X1") == "").to_numpy()
    fills = plain.str.fullmatch(_PLACEHOLDER).fillna(False).to_numpy(dtype=bool)
    return np.asarray(fills | empty)
