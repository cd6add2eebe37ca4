from invopt.sample.promotions import plan_promotions, uplift_and_discount
from invopt.sample.spec import ShopSpec


def test_no_two_promotions_of_a_category_run_in_one_week():
    spec = ShopSpec()
    busy = set()
    for promotion in plan_promotions(spec):
        for week in range(promotion.first_week, promotion.first_week + promotion.weeks):
            for category in range(8) if promotion.category < 0 else (promotion.category,):
                assert (category, week) not in busy
                busy.add((category, week))


def test_some_promotion_is_still_to_come():
    spec = ShopSpec()
    assert any(promotion.first_week >= spec.weeks for promotion in plan_promotions(spec))


def test_uplift_and_discount_go_together():
    spec = ShopSpec(days=364)
    uplift, discount = uplift_and_discount(spec, plan_promotions(spec))
    assert ((uplift > 1) == (discount > 0)).all()
    assert (uplift > 1).any()
