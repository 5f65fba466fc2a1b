//! What the example agent asks for: the work of a web shop's order desk.

use super::dice::Dice;
use super::journey::{date, office_hour, spoken, stamp};
use super::story::customers::{CUSTOMERS, PRODUCTS};
use super::story::people::RESERVE_STOCK;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

pub struct Wish {
    pub action: &'static str,
    pub data: Value,
    pub why: String,
    /// How long it may wait.
    pub minutes: i64,
}

pub fn next(dice: &mut Dice, now: DateTime<Utc>) -> Wish {
    let product = &PRODUCTS[dice.below(PRODUCTS.len())];
    let who = &CUSTOMERS[dice.below(CUSTOMERS.len())];
    let order = format!("WEB-{}", dice.between(51_000, 51_999));
    let day = office_hour(now, dice.between(1, 6), dice.of([9, 11, 14]));
    let (action, data, why) = match dice.below(12) {
        0..3 => (
            RESERVE_STOCK,
            json!({"sku": product.sku, "quantity": dice.between(1, 3), "orderRef": order, "until": date(day)}),
            format!("Reserve {} for web order {order} of {}", product.name, who.company),
        ),
        3 => (
            "log_activity",
            json!({"message": format!("{} put a {} into the basket and left at the shipping page.", who.company, product.name)}),
            format!("Log an open basket of {}", who.company),
        ),
        4 => (
            "store_context",
            json!({"content": format!("{} orders on the web after a quote, never before.", who.company), "tier": "medium_term", "category": "pattern", "importance": dice.between(30, 60)}),
            format!("Remember how {} orders", who.company),
        ),
        5 => (
            "check_availability",
            json!({"from": stamp(day), "to": stamp(day + TimeDelta::hours(3))}),
            format!("Can the {} be shown on {}", product.name, spoken(day)),
        ),
        6 | 7 => (
            "create_task",
            json!({"title": format!("Check the delivery address of {order}"), "description": format!("{} gave a post box for a {} ({}).", who.company, product.name, product.what), "dueAt": stamp(day), "assignee": "Priya Raman"}),
            format!("{order} cannot be sent to a post box"),
        ),
        8 => (
            "create_note",
            json!({"title": format!("Question with {order}"), "body": dice.of(["Does it fit under a bench of 85 cm?", "Is the old unit taken back?", "Which mains plug does it have?", "Can the invoice go to another address?"])}),
            format!("{} asked something with {order}", who.name),
        ),
        9 | 10 => (
            "send_email",
            json!({"to": [who.email], "subject": format!("Your order {order}"), "body": format!("{},\n\nthank you for your order of one {} ({}). It leaves our warehouse on {}; you get the tracking number that day.\n\nKind regards\nHalden Instruments", who.dear(), product.name, product.what, spoken(day)), "replyTo": "orders@halden-instruments.example"}),
            format!("Confirm order {order} to {}", who.name),
        ),
        _ => (
            "financial_transaction",
            json!({"amount": format!("{}.00", product.price / 20), "currency": "EUR", "counterparty": who.company, "memo": format!("Refund of shipping and discount on {order}")}),
            format!("Refund {} for {order}", who.company),
        ),
    };
    Wish { action, data, why, minutes: dice.between(6, 45) }
}
