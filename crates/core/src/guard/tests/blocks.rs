use super::*;

#[test]
fn evidence_leads_to_one_block_and_the_next_one_is_longer() {
    let mut world = World::new(Mode::Enforce);
    for hours in [1, 6, 24] {
        world.sent_many(50, 0);
        let blocked = Some(("guard-block", Mode::Enforce));
        assert_eq!(told(&world.judge(&foreign(1))), blocked, "{hours}");
        let begun = world.kept();
        let of_prefix = begun
            .iter()
            .rfind(|block| block.area.range.kind() == RangeKind::Prefix);
        let until = of_prefix.unwrap().until.unwrap();
        assert_eq!(world.now.until(until), hours * HOUR);
        assert_eq!(
            begun.len(),
            world.kept().len(),
            "a blocked area is not blocked again"
        );
        world.plan(begun.into_iter().map(Setting::Block));
        world.now = until;
        let after = world.judge(&foreign(1));
        assert_ne!(told(&after), blocked, "after {hours} h");
    }
    world.sent_many(50, 0);
    let Verdict::Refuses(refusal) = world.judge(&foreign(1)) else {
        panic!("the fourth block refuses");
    };
    assert_eq!(refusal.until, None, "until an operator lifts it");
}

#[test]
fn a_lifted_block_refuses_nothing_and_needs_new_evidence() {
    let mut world = World::new(Mode::Enforce);
    world.sent_many(50, 0);
    world.judge(&foreign(1));
    let lifted = world.kept().into_iter().map(|block| Block {
        lifted_at: Some(world.now),
        ..block
    });
    world.plan(lifted.map(Setting::Block));
    assert_eq!(world.judge(&foreign(1)), Verdict::Allows);
    world.sent_many(20, 0);
    let challenged = Some(("guard-conversion", Mode::Challenge));
    assert_eq!(told(&world.judge(&foreign(1))), challenged);
}

#[test]
fn a_block_of_an_operator_holds_in_every_mode() {
    let world = World::new(Mode::Monitor);
    let range = Range::parse(RangeKind::CallingCode, "+1").unwrap();
    let block = Block {
        area: Area { app: None, range },
        reason: Reason::Operator,
        mode: Mode::Enforce,
        since: world.now,
        until: None,
        step: 0,
        lifted_at: None,
        note: String::new(),
    };
    world.plan([Setting::Block(block)]);
    let verdict = world.judge(&foreign(1));
    assert_eq!(told(&verdict), Some(("guard-block", Mode::Enforce)));
    assert_eq!(world.judge("+8613800138000"), Verdict::Allows);
}

#[test]
fn a_limit_that_blocks_blocks_the_narrowest_range_of_its_parts() {
    let world = World::new(Mode::Enforce);
    let number = phone(&foreign(1));
    let send = SendFacts {
        app: &world.app,
        channel: Channel::Login,
        phone: &number,
        address: None,
        standing: Standing::Public,
        price: None,
        exempt: Exemption::default(),
    };
    let by = |parts: &[Part]| parts.iter().copied().collect();
    let block = |parts: &[Part]| {
        let guard = &world.guard;
        guard.block_by_limit("block-numbers", &by(parts), &send, world.now);
    };
    block(&[Part::Address]);
    assert_eq!(world.kept(), []);
    block(&[Part::Block, Part::Country]);
    block(&[Part::Block, Part::Country]);
    let [begun] = world.kept().try_into().unwrap();
    assert_eq!(begun.area.range.to_string(), "block +141555500");
    assert_eq!(begun.area.app, None);
    assert_eq!(begun.reason, Reason::Limit("block-numbers".to_owned()));
    assert!(matches!(world.judge(&foreign(99)), Verdict::Refuses(_)));
    assert_eq!(world.judge(&foreign(100)), Verdict::Allows);
    for (parts, range) in [
        (&[Part::Prefix, Part::Carrier][..], "prefix +1415555"),
        (&[Part::Carrier, Part::CallingCode], "carrier +1415"),
        (&[Part::CallingCode, Part::Country], "calling_code +1"),
        (&[Part::Country, Part::Channel], "country US"),
    ] {
        block(parts);
        let begun = world.kept().pop().unwrap();
        assert_eq!(begun.area.range.to_string(), range);
    }
}

#[test]
fn an_attack_blocks_every_range_that_it_is_seen_in() {
    let mut world = World::new(Mode::Enforce);
    world.sent_many(50, 0);
    let blocked = Some(("guard-block", Mode::Enforce));
    for number in [&foreign(1), "+14155560132", "+12125550132"] {
        assert_eq!(told(&world.judge(number)), blocked, "{number}");
    }
    let ranges = world
        .kept()
        .into_iter()
        .map(|block| block.area.range.kind());
    assert_eq!(ranges.collect::<Vec<_>>(), RangeKind::COUNTED);
}

#[test]
fn a_block_that_the_setup_does_not_have_yet_stays() {
    let mut world = World::new(Mode::Enforce);
    world.sent_many(50, 0);
    world.judge(&foreign(1));
    let first = world.kept();
    world.plan(first.clone().into_iter().map(Setting::Block));
    world.pass(HOUR);
    world.sent_many(50, 0);
    world.judge(&foreign(1));
    let (all, blocked) = (world.kept(), Some(("guard-block", Mode::Enforce)));
    for of_setup in [first, Vec::new()] {
        world.plan(of_setup.into_iter().map(Setting::Block));
        assert_eq!(told(&world.judge(&foreign(1))), blocked);
        assert_eq!(world.kept(), all, "no other block begins");
    }
}

#[test]
fn the_state_counts_each_block_that_stands_and_refuses_once() {
    let mut world = World::new(Mode::Enforce);
    let blocks = |world: &World| world.guard.state(world.now).blocks;
    world.sent_many(50, 0);
    assert_eq!(blocks(&world), 0);
    world.judge(&foreign(1));
    assert_eq!(blocks(&world), 3, "not in the setup yet");
    world.plan(world.kept().into_iter().map(Setting::Block));
    assert_eq!(blocks(&world), 3, "in the setup");
    world.pass(HOUR);
    assert_eq!(blocks(&world), 0, "over");
    world.sent_many(50, 0);
    world.judge(&foreign(1));
    assert_eq!(blocks(&world), 3, "the setup has the blocks before");
    let monitors = world.kept().into_iter().map(|block| Block {
        mode: Mode::Monitor,
        ..block
    });
    world.plan(monitors.map(Setting::Block));
    assert_eq!(blocks(&world), 0, "they refuse nothing");
}
