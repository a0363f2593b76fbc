//! A simulation tells the same for the same seed, and notices a deployment without rules.

use std::sync::Arc;

use countersign_core::guard::GuardSettings;
use countersign_core::phone::Country;
use countersign_core::policy::CodePolicy;
use countersign_core::testing::CountingEntropy;
use countersign_simulation::{Deployment, Scale, attack, day};

/// A deployment that goes by the one-minute limit alone.
fn without_rules() -> Deployment {
    Deployment {
        limits: Vec::new(),
        home: Country::CHINA,
        codes: CodePolicy::default(),
        guard: GuardSettings::default(),
        entropy: Arc::new(CountingEntropy::default()),
    }
}

#[tokio::test]
async fn the_same_seed_tells_the_same_and_another_seed_tells_another() {
    let deployment = without_rules();
    let of = async |seed| day(seed, Scale::Tenth, &deployment, None).await.unwrap();
    let first = of(1).await;
    assert_eq!(first, of(1).await);
    assert_ne!(first, of(2).await);
    assert_eq!(
        first.total.verified, first.total.people,
        "nobody is refused"
    );
    assert!(first.is_met());
}

#[tokio::test]
async fn without_rules_an_attack_gets_through_and_its_figures_are_missed() {
    let report = attack(1, &without_rules()).await.unwrap();
    assert!(!report.is_met());
    for figure in &report.figures {
        let is_country = figure.about.starts_with("country not allowed");
        assert_eq!(figure.met, is_country, "{figure:?}");
    }
}
