"""Rates: billed weight, zones, dated cards, and a reason wherever a service cannot go."""

from __future__ import annotations

import pandas as pd
import pytest

from invopt.shipping.rate_cards import rate_card_faults, valid_rates
from invopt.shipping.rates import billed_weight_g, quote
from invopt.shipping.zones import find_zones, is_in_range
from tests.unit.shipping.frames import DAY, parcel, rates, services, surcharges, zones

UK = zones(("POST", "", "UK"))
NO_SURCHARGE = surcharges({"cause": "peak"}).iloc[:0]


def one_quote(parcels: pd.DataFrame, **tables: pd.DataFrame) -> pd.Series:
    """The quote of one parcel with one service."""
    full = {"carrier_service": services({}), "carrier_zone": UK, "rate": rates({}), "surcharge": NO_SURCHARGE} | tables
    quotes = quote(parcels, on=DAY, currency="GBP", **full)
    assert len(quotes) == 1
    return quotes.iloc[0]


@pytest.mark.parametrize(
    ("weight_g", "volume_cm3", "divisor", "step_g", "billed_g"),
    [
        (2_000, 24_000.0, 5_000.0, 500, 5_000),  # 4.8 kg dimensional, up to the next half kilogram
        (5_001, 24_000.0, 5_000.0, 500, 5_500),  # actual weight is the greater
        (5_000, 24_000.0, 5_000.0, 500, 5_000),  # exactly on a step stays
        (2_000, 24_000.0, None, 500, 2_000),  # actual weight only
        (1_234, 0.0, 5_000.0, None, 1_234),
        (100, 25_000.0, 5_000.0, 1_000, 5_000),  # no rounding error lifts 5 kg to 6
    ],
)
def test_billed_weight(weight_g: int, volume_cm3: float, divisor: float, step_g: int, billed_g: int) -> None:
    columns = [pd.Series([value], dtype="float64") for value in (weight_g, volume_cm3, divisor, step_g)]
    assert billed_weight_g(*columns).tolist() == [billed_g]


def test_a_price_is_base_with_fuel_rounded_once_plus_surcharges() -> None:
    found = one_quote(
        parcel(),
        carrier_service=services({"fuel_share": 0.125}),
        rate=rates({"up_to_g": 1_000, "rate_minor": 333}, {"up_to_g": 2_000, "rate_minor": 444}),
        surcharge=surcharges({"cause": "residential", "amount_minor": 50}),
    )
    assert found["cost_minor"] == round(333 * 1.125) + 50
    assert found["base_minor"] + found["fuel_minor"] + found["surcharge_minor"] == found["cost_minor"]


def test_a_large_light_parcel_pays_its_size() -> None:
    found = one_quote(
        parcel(length_mm=400, width_mm=300, height_mm=200),
        carrier_service=services({"dimensional_divisor": 5_000.0}),
        rate=rates({"up_to_g": 2_000, "rate_minor": 300}, {"up_to_g": 5_000, "rate_minor": 700}),
    )
    assert found["billed_weight_g"] == 4_800
    assert found["cost_minor"] == 700


@pytest.mark.parametrize(
    ("more", "service", "reason"),
    [
        ({"weight_g": 30_001}, {"maximum_weight_g": 30_000}, "heavier than the service takes"),
        ({"weight_g": 20_001}, {}, "heavier than the rate card's last break"),
        ({"length_mm": 1_201}, {"maximum_length_mm": 1_200}, "longer than the service takes"),
        ({"height_mm": 1_201}, {"maximum_length_mm": 1_200}, "longer than the service takes"),
        ({"length_mm": 2_201}, {"maximum_girth_mm": 2_800}, "girth over the service's limit"),
        ({"is_hazardous": True}, {"takes_hazardous": False}, "takes no hazardous goods"),
        ({"is_hazardous": True}, {}, "takes no hazardous goods"),
        ({"is_age_restricted": True}, {}, "checks no age"),
        ({"to_country": "FR"}, {}, "no zone covers the postcode"),
    ],
)
def test_why_a_service_cannot_carry_a_parcel(more: dict[str, object], service: dict[str, object], reason: str) -> None:
    found = one_quote(parcel(**more), carrier_service=services(service))
    assert found["reason"] == reason
    assert pd.isna(found["cost_minor"])


def test_a_parcel_of_unknown_size_is_billed_by_weight() -> None:
    found = one_quote(
        parcel(length_mm=pd.NA, width_mm=pd.NA, height_mm=pd.NA),
        carrier_service=services({"dimensional_divisor": 5_000.0, "maximum_length_mm": 1_000}),
    )
    assert (found["billed_weight_g"], found["reason"]) == (1_000, "")


def test_another_currency_is_no_price() -> None:
    assert one_quote(parcel(), rate=rates({"currency": "EUR"}))["reason"] == "billed in another currency than GBP"
    foreign = surcharges({"cause": "residential", "currency": "EUR"})
    assert one_quote(parcel(), surcharge=foreign)["reason"] == "billed in another currency than GBP"


def test_surcharges_apply_to_their_cause_only() -> None:
    charges = surcharges(
        {"cause": "oversize", "amount_minor": 1, "from_length_mm": 1_000},
        {"cause": "remote", "amount_minor": 10, "postcode_prefix": "ZE"},
        {"cause": "hazardous", "amount_minor": 100},
        {"cause": "residential", "amount_minor": 1_000},
        {"cause": "peak", "amount_minor": 10_000, "valid_from_on": DAY + pd.Timedelta(days=1)},
    )
    plain = {"is_residential": False}
    carrying = services({"takes_hazardous": True})
    cases = [
        (plain, 0),
        (plain | {"width_mm": 1_000}, 1),
        (plain | {"to_postcode": "ZE1 0AA"}, 10),
        (plain | {"is_hazardous": True}, 100),
        ({"is_residential": True}, 1_000),
    ]
    for more, amount in cases:
        assert one_quote(parcel(**more), surcharge=charges, carrier_service=carrying)["surcharge_minor"] == amount


def test_the_card_of_the_day_counts_and_an_open_card_is_succeeded() -> None:
    cards = rates(
        {"rate_minor": 500},
        {"rate_minor": 550, "valid_from_on": DAY},
        {"rate_minor": 600, "valid_from_on": DAY + pd.Timedelta(days=1)},
    )
    assert valid_rates(cards, DAY)["rate_minor"].tolist() == [550]
    assert valid_rates(cards, DAY - pd.Timedelta(days=1))["rate_minor"].tolist() == [500]
    assert rate_card_faults(cards, DAY).empty


def test_a_day_without_a_card_is_a_reason() -> None:
    ended = rates({"valid_until_on": DAY - pd.Timedelta(days=1)})
    assert one_quote(parcel(), rate=ended)["reason"] == "no rate card is valid on 2026-03-02"


def test_a_card_that_has_ended_is_a_fault_of_today() -> None:
    ended = rates({"valid_until_on": DAY - pd.Timedelta(days=1)})
    found = rate_card_faults(ended, DAY)
    assert found[["fault", "is_now", "reason"]].to_numpy().tolist() == [
        ["gap", True, "POST/48/UK: no card is valid on 2026-03-02"]
    ]


def test_faults_of_cards_are_named() -> None:
    cards = rates(
        {"zone": "A", "valid_until_on": pd.Timestamp("2026-06-30")},
        {"zone": "A", "valid_from_on": pd.Timestamp("2026-06-01")},
        {"zone": "B", "valid_until_on": pd.Timestamp("2026-06-30")},
        {"zone": "B", "valid_from_on": pd.Timestamp("2026-07-02")},
        {"zone": "C", "up_to_g": 1_000, "rate_minor": 900},
        {"zone": "C", "up_to_g": 2_000, "rate_minor": 800},
        {"zone": "D", "up_to_g": 1_000},
        {"zone": "D", "up_to_g": 2_000, "currency": "EUR"},
    )
    found = rate_card_faults(cards, pd.Timestamp("2026-07-01"))
    assert found.loc[found["is_now"], "zone"].tolist() == ["B"]
    assert dict(zip(found["zone"], found["fault"], strict=True)) == {
        "A": "overlap", "B": "gap", "C": "falling", "D": "currency",
    }  # fmt: skip
    assert "no card from 2026-07-01 to 2026-07-01" in found.loc[found["zone"] == "B", "reason"].item()


@pytest.mark.parametrize(
    ("postcode", "zone"),
    [
        ("S1 2AB", "Sheffield centre"),
        ("S10 1AA", "Sheffield"),  # S1 is not the start of S10
        ("SW1A 1AA", "London"),  # nor S of SW
        ("EC1A 1BB", "City"),  # but EC1 is the start of EC1A
        ("LS1 4AP", "rest"),
        ("", "rest"),
    ],
)
def test_british_prefixes_end_where_letters_and_figures_meet(postcode: str, zone: str) -> None:
    card = zones(("POST", "S1", "Sheffield centre"), ("POST", "S", "Sheffield"), ("POST", "SW", "London"),
                 ("POST", "EC1", "City"), ("POST", "", "rest"))  # fmt: skip
    lane = pd.DataFrame({"from_country": ["GB"], "to_country": ["GB"], "to_postcode": [postcode]})
    assert find_zones(lane, card)["zone"].tolist() == [zone]


def test_ranges_go_before_prefixes_and_include_both_ends() -> None:
    card = zones(("POST", "2000..2999", "near"), ("POST", "2", "prefix"), ("POST", "", "far")).assign(to_country="BE")
    lanes = pd.DataFrame({"from_country": "GB", "to_country": "BE", "to_postcode": ["2000", "2999", "3000", "1999"]})
    assert find_zones(lanes, card)["zone"].tolist() == ["near", "near", "far", "far"]
    assert is_in_range("29", "2000..2999") is False


def test_insurance_is_a_share_of_what_is_worth_more_than_the_limit() -> None:
    """90 pence and half a percent of the value, from above 100 pounds on."""
    cover = surcharges({"cause": "insurance", "amount_minor": 90, "value_share": 0.005, "from_value_minor": 10_000})
    for value, expected in ((10_000, 500), (20_000, 500 + 90 + 100), (None, 500)):
        one = parcel(**({} if value is None else {"value_minor": value}))
        assert one_quote(one, surcharge=cover)["cost_minor"] == expected
