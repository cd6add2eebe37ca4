from pathlib import Path

from invopt.settings import Settings

COMMITTED = Path(__file__).parents[3] / "data" / "sample"


def test_the_sample_settings_are_understood_and_name_a_location_of_the_shop():
    settings = Settings.read(COMMITTED / "settings.toml")
    locations = (COMMITTED / "location.csv").read_text(encoding="utf-8")
    assert f"\n{settings.business.home_location}," in locations
    assert settings.business.time_zone == "Europe/London"
    assert settings.business.currency == "GBP"
    assert not settings.demand.is_rerouted
