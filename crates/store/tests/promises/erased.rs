//! Erasing a number, as tests do it.

use countersign_core::id::MessageId;
use countersign_core::phone::PhoneNumber;
use countersign_core::ports::erasure::{Erased, Erasure};
use countersign_core::ports::records::TimelineQuery;

use crate::backend::Backend;
use crate::world::World;

/// Another number than the one of most tests.
pub(crate) const OTHER: &str = "+8613800138001";

fn phone(number: &str) -> PhoneNumber {
    PhoneNumber::parse(number, None).unwrap()
}

pub(crate) async fn erase<B: Backend>(world: &World<B>, number: &str) -> Erased {
    let eraser = world.backend.eraser();
    eraser.erase(&order(world, number)).await.unwrap()
}

pub(crate) fn order<B: Backend>(world: &World<B>, number: &str) -> Erasure {
    Erasure {
        request_id: world.request_id(),
        phone: phone(number),
    }
}

/// The messages to a number that are found.
pub(crate) async fn found<B: Backend>(world: &World<B>, number: &str) -> Vec<MessageId> {
    let query = TimelineQuery {
        phone: Some(phone(number)),
        limit: 100,
        ..TimelineQuery::default()
    };
    let timelines = world.records().timelines(query).await.unwrap();
    timelines.into_iter().map(|of| of.id).collect()
}
