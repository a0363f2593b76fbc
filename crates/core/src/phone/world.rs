//! Parts of the world, so that people find a country among 240.

use super::Country;

/// A part of the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WorldRegion {
    /// Asia, the Middle East with it.
    Asia,
    /// Europe.
    Europe,
    /// North America, Central America and the Caribbean with it.
    NorthAmerica,
    /// South America.
    SouthAmerica,
    /// Africa.
    Africa,
    /// Australia and the islands of the Pacific.
    Oceania,
}

impl WorldRegion {
    /// All of them.
    pub const ALL: [WorldRegion; 6] = [
        WorldRegion::Asia,
        WorldRegion::Europe,
        WorldRegion::NorthAmerica,
        WorldRegion::SouthAmerica,
        WorldRegion::Africa,
        WorldRegion::Oceania,
    ];

    /// Returns the name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            WorldRegion::Asia => "asia",
            WorldRegion::Europe => "europe",
            WorldRegion::NorthAmerica => "north-america",
            WorldRegion::SouthAmerica => "south-america",
            WorldRegion::Africa => "africa",
            WorldRegion::Oceania => "oceania",
        }
    }

    /// Returns the region of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|region| region.as_str() == name)
    }

    /// Returns the region that a country is listed under.
    #[must_use]
    pub fn of(country: Country) -> Self {
        let mut regions = Self::ALL.into_iter();
        let listed = regions.find(|region| region.codes().any(|code| code == country.as_str()));
        // A test holds the lists to the numbering plans, so every country with numbers is on one.
        listed.unwrap_or(WorldRegion::Oceania)
    }

    /// The countries of the region, as the geoscheme of the United Nations groups them; Cyprus, Turkey and the Caucasus are in Asia.
    fn codes(self) -> impl Iterator<Item = &'static str> {
        let codes = match self {
            WorldRegion::Asia => {
                "AE AF AM AZ BD BH BN BT CC CN CX CY GE HK ID IL IN IO IQ IR JO JP KG KH KP KR KW KZ LA LB LK MM MN MO \
                 MV MY NP OM PH PK PS QA SA SG SY TH TJ TL TM TR TW UZ VN YE"
            }
            WorldRegion::Europe => {
                "AC AD AL AT AX BA BE BG BY CH CZ DE DK EE ES FI FO FR GB GG GI GR HR HU IE IM IS IT JE LI LT LU LV MC \
                 MD ME MK MT NL NO PL PT RO RS RU SE SI SJ SK SM UA VA XK"
            }
            WorldRegion::NorthAmerica => {
                "AG AI AW BB BL BM BQ BS BZ CA CR CU CW DM DO GD GL GP GT HN HT JM KN KY LC MF MQ MS MX NI PA PM PR SV \
                 SX TC TT US VC VG VI"
            }
            WorldRegion::SouthAmerica => "AR BO BR CL CO EC FK GF GY PE PY SR UY VE",
            WorldRegion::Africa => {
                "AO BF BI BJ BW CD CF CG CI CM CV DJ DZ EG EH ER ET GA GH GM GN GQ GW KE KM LR LS LY MA MG ML MR MU MW \
                 MZ NA NE NG RE RW SC SD SH SL SN SO SS ST SZ TA TD TG TN TZ UG YT ZA ZM ZW"
            }
            WorldRegion::Oceania => {
                "AS AU CK FJ FM GU KI MH MP NC NF NR NU NZ PF PG PW SB TK TO TV VU WF WS"
            }
        };
        codes.split_ascii_whitespace()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_country_with_numbers_is_in_one_region() {
        let listed: Vec<_> = WorldRegion::ALL
            .into_iter()
            .flat_map(WorldRegion::codes)
            .map(|code| Country::parse(code).unwrap())
            .collect();
        let once: BTreeSet<_> = listed.iter().copied().collect();
        assert_eq!(once.len(), listed.len(), "each is listed once");
        assert_eq!(once, Country::all().collect());
        for region in WorldRegion::ALL {
            assert_eq!(WorldRegion::parse(region.as_str()), Some(region));
        }
        assert_eq!(WorldRegion::of(Country::CHINA), WorldRegion::Asia);
    }
}
