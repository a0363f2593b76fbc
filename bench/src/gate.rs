//! Gates: figures with a bound that must be reached, and a goal that should be.

use crate::say::say;

/// A figure with its floor or ceiling.
pub(crate) struct Gate {
    what: String,
    must: f64,
    goal: f64,
    measured: f64,
    unit: &'static str,
    /// Whether the bounds are ceilings, so that less is better.
    ceiling: bool,
}

impl Gate {
    /// Makes a gate whose `measured` figure must be at least `must` and should be at least `goal`.
    pub(crate) fn floor(
        what: impl Into<String>,
        (must, goal): (f64, f64),
        measured: f64,
        unit: &'static str,
    ) -> Self {
        Self {
            what: what.into(),
            must,
            goal,
            measured,
            unit,
            ceiling: false,
        }
    }

    /// Makes a gate whose `measured` figure must be at most `must` and should be at most `goal`.
    pub(crate) fn ceiling(
        what: impl Into<String>,
        bounds: (f64, f64),
        measured: f64,
        unit: &'static str,
    ) -> Self {
        Self {
            ceiling: true,
            ..Self::floor(what, bounds, measured, unit)
        }
    }

    fn reaches(&self, bound: f64) -> bool {
        if self.ceiling {
            self.measured <= bound
        } else {
            self.measured >= bound
        }
    }

    /// Returns whether the bound is reached.
    pub(crate) fn holds(&self) -> bool {
        self.reaches(self.must)
    }
}

/// Prints all gates. Returns whether all hold.
pub(crate) fn judge(gates: &[Gate]) -> bool {
    if gates.is_empty() {
        return true;
    }
    say("| gate | must | goal | measured | |");
    say("|---|---|---|---|---|");
    for gate in gates {
        let (sign, unit) = (if gate.ceiling { "<=" } else { ">=" }, gate.unit);
        let verdict = match (gate.holds(), gate.reaches(gate.goal)) {
            (_, true) => "goal",
            (true, _) => "holds",
            _ => "FAILS",
        };
        say(format!(
            "| {} | {sign} {} {unit} | {sign} {} {unit} | {:.3} {unit} | {verdict} |",
            gate.what, gate.must, gate.goal, gate.measured,
        ));
    }
    say("");
    gates.iter().all(Gate::holds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_floor_is_reached_from_above_and_a_ceiling_from_below() {
        assert!(Gate::floor("", (2.0, 3.0), 2.0, "").holds());
        assert!(!Gate::floor("", (2.0, 3.0), 1.9, "").holds());
        assert!(Gate::ceiling("", (2.0, 1.0), 2.0, "").holds());
        assert!(!Gate::ceiling("", (2.0, 1.0), f64::NAN, "").holds());
    }
}
