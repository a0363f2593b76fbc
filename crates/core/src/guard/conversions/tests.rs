use super::*;
use crate::guard::range::Range;

const NOW: Timestamp = Timestamp::from_millis(1_000_000_000);
const DAY: Duration = Duration::from_secs(24 * 3_600);

fn app() -> AppId {
    AppId::parse("shop").unwrap()
}

fn phone(number: &str) -> PhoneNumber {
    PhoneNumber::parse(number, None).unwrap()
}

/// Conversions with the largest number of areas: three with 20 sends to one number, and others with two sends each, but ten
/// with one.
fn full(others_sent_at: Timestamp) -> Conversions {
    let mut conversions = Conversions::default();
    for _ in 0..20 {
        conversions.sent(&app(), &phone("+8613800138000"), NOW);
    }
    for number in 3..MOST {
        let digits = (10_000_000 + number).to_string();
        let range = Range::parse(RangeKind::Block, &digits).unwrap();
        let mut conversion = Conversion::default();
        conversion.sent(others_sent_at);
        if number >= 13 {
            conversion.sent(others_sent_at);
        }
        let area = Area { app: None, range };
        conversions.areas.insert(area, conversion);
    }
    assert_eq!(conversions.areas.len(), MOST);
    conversions
}

/// Whether the conversion of each range of the number with 20 sends trips.
fn are_low(conversions: &Conversions) -> [bool; 3] {
    RangeKind::COUNTED.map(|kind| {
        let area = Area::of(&app(), kind, &phone("+8613800138000"));
        let [life, later] = [300, 600].map(Duration::from_secs);
        let (threshold, from) = (Threshold::CHALLENGE, Timestamp::default());
        let tripped = conversions.trips(&area, threshold, from, life, NOW.after(later));
        tripped.is_some()
    })
}

#[test]
fn half_of_the_areas_go_when_memory_is_full_and_the_busiest_stay() {
    let mut conversions = full(NOW);
    conversions.sent(&app(), &phone("+8613800138000"), NOW);
    assert_eq!(conversions.areas.len(), MOST, "no area is new");
    conversions.sent(&app(), &phone("+14155550132"), NOW);
    assert_eq!(conversions.areas.len(), MOST / 2 + 3);
    assert_eq!(are_low(&conversions), [true; 3]);
}

#[test]
fn areas_without_sends_in_the_last_day_go_first_when_memory_is_full() {
    let mut conversions = full(NOW.before(DAY + DAY));
    conversions.make_room(NOW);
    assert_eq!(conversions.areas.len(), 3);
    assert_eq!(are_low(&conversions), [true; 3]);
}
