//! Charts: stacked bars as an SVG that stretches, without a text in it. Words around it are HTML, since a text in an SVG
//! shrinks with it.

use std::fmt::Write as _;

/// The most bars of a chart: its table tells all of them, and a page stays small.
pub(super) const MOST: usize = 62;

/// The most series that people tell apart by their colours.
pub(super) const SERIES: usize = 3;

/// The width of a bar with the gap after it, and that of the gap.
const PITCH: usize = 10;
const GAP: usize = 2;

/// The height of the drawing.
const HEIGHT: u64 = 1_000;

/// The bars of a chart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Bars {
    /// The value at the top of the drawing.
    pub(super) top: u64,
    /// The width of the drawing.
    pub(super) width: usize,
    /// The shape of each series, the lowest first.
    pub(super) paths: [String; SERIES],
    /// The place of each bar from the left.
    pub(super) places: Vec<usize>,
}

impl Bars {
    /// Draws bars with these parts, the lowest first.
    pub(super) fn of(bars: &[[u64; SERIES]]) -> Self {
        let highest = bars.iter().map(|parts| parts.iter().sum()).max();
        let top = nice(highest.unwrap_or_default());
        let mut paths = [const { String::new() }; SERIES];
        for (place, parts) in bars.iter().enumerate() {
            let (left, mut below) = (place * PITCH + GAP / 2, 0);
            for (part, path) in parts.iter().zip(&mut paths) {
                let (low, high) = (height(below, top), height(below + part, top));
                below += part;
                if high > low {
                    let (width, rise) = (PITCH - GAP, high - low);
                    let y = HEIGHT - high;
                    // Writing to a string cannot fail.
                    let _ = write!(path, "M{left} {y}h{width}v{rise}h-{width}z");
                }
            }
        }
        Self {
            top,
            width: bars.len() * PITCH,
            paths,
            places: (0..bars.len()).map(|place| place * PITCH).collect(),
        }
    }
}

/// The height at which `value` is drawn under `top`.
fn height(value: u64, top: u64) -> u64 {
    value.saturating_mul(HEIGHT) / top
}

/// The least of 1, 2, 5, 10, 20, 50 and so on that is not below `highest`.
fn nice(highest: u64) -> u64 {
    let mut power: u64 = 1;
    loop {
        for step in [1, 2, 5] {
            let top = power.saturating_mul(step);
            if top >= highest {
                return top;
            }
        }
        power = power.saturating_mul(10);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_top_is_a_round_number() {
        for (highest, top) in [
            (0, 1),
            (1, 1),
            (3, 5),
            (6, 10),
            (11, 20),
            (412, 500),
            (501, 1_000),
        ] {
            assert_eq!(nice(highest), top);
        }
    }

    #[test]
    fn parts_stand_on_each_other_and_empty_ones_are_not_drawn() {
        let bars = Bars::of(&[[5, 0, 5], [0, 0, 0], [0, 2, 0]]);
        assert_eq!((bars.top, bars.width), (10, 30));
        assert_eq!(bars.paths[0], "M1 500h8v500h-8z");
        assert_eq!(bars.paths[1], "M21 800h8v200h-8z");
        assert_eq!(bars.paths[2], "M1 0h8v500h-8z");
        assert_eq!(bars.places, [0, 10, 20]);
    }
}
