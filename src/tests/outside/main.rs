//! Effects outside, against real sockets and files: what came of a call is told truthfully at every point where the
//! other side can refuse, stall or die.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod mail;
mod webhook;

use chrono::{DateTime, Utc};
use countersign::domain::ids::ApprovalId;
use countersign::server::actions::outside::Delivery;

fn id() -> ApprovalId {
    "019523e0-0000-7000-8000-000000000001".parse().unwrap()
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000, 0).unwrap()
}

#[track_caller]
fn done(delivery: Delivery) -> serde_json::Value {
    match delivery {
        Delivery::Done(value) => value,
        other => panic!("not done: {other:?}"),
    }
}

#[track_caller]
fn refused(delivery: Delivery) -> String {
    match delivery {
        Delivery::Refused(why) => why,
        other => panic!("not refused: {other:?}"),
    }
}

#[track_caller]
fn unknown(delivery: Delivery) -> String {
    match delivery {
        Delivery::Unknown(why) => why,
        other => panic!("not unknown: {other:?}"),
    }
}
