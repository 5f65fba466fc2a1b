//! What the Operations team asks for. It is supervised: a person looks at everything.

use super::business::{BILLS, EVENTS, PAPERS, TASKS};
use super::customers::{CUSTOMERS, PRODUCTS};
use super::people::{BOOK_COURIER, OPERATIONS, RESERVE_STOCK};
use super::{Ask, World};
use crate::domain::record::RecordKind as K;
use crate::server::demo::dice::Dice;
use crate::server::demo::journey::{date, office_hour, spoken, stamp};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

pub fn ask(world: &World, dice: &mut Dice, at: DateTime<Utc>) -> Option<Ask> {
    match dice.below(100) {
        0..14 => looks(world, dice, at),
        14..40 => plans(world, dice, at),
        40..72 => ships(dice, at),
        72..80 => calendar(world, dice, at),
        _ => money(world, dice, at),
    }
}

fn looks(world: &World, dice: &mut Dice, at: DateTime<Utc>) -> Option<Ask> {
    let day = office_hour(at, dice.between(1, 9), 7);
    Some(match dice.below(3) {
        0 => Ask::new(
            OPERATIONS,
            "Resource Allocator",
            "check_availability",
            json!({"from": stamp(day), "to": stamp(day + TimeDelta::hours(11))}),
            format!("Is the calibration lab free on {}", spoken(day)),
        ),
        1 => Ask::new(
            OPERATIONS,
            "Task Prioritizer",
            "list_items",
            json!({"kind": "task", "limit": 50}),
            "All open tasks, to order them for the week",
        ),
        _ => {
            let bill = world.any(K::Invoice, dice)?;
            Ask::new(
                OPERATIONS,
                "Operations Manager",
                "read_data",
                json!({"recordId": bill.id}),
                format!("Look at invoice {} before the bank run", BILLS.get(bill.line)?.number),
            )
        }
    })
}

fn plans(world: &World, dice: &mut Dice, at: DateTime<Utc>) -> Option<Ask> {
    let due = office_hour(at, dice.between(1, 7), 14);
    if dice.percent(45) {
        let task = world.any(K::Task, dice)?;
        let title = TASKS.get(task.line)?.0;
        return Some(
            Ask::new(OPERATIONS, "Task Prioritizer", "update_task", json!({"recordId": task.id, "changes": {"priority": dice.of(["normal", "high", "urgent"]), "dueAt": stamp(due)}}), format!("\"{title}\" blocks two others, so it comes first"))
                .no("This can wait. The order for the week was agreed on Monday.")
                .edit(&[("/changes/priority", json!("high"))], "High is enough; urgent is for things that burn."),
        );
    }
    let (title, says) = dice.of([
        ("Count PTFE seals in cabinet 7", "System says 9, the last order was for 15."),
        ("Return the loan reader LMR-0331", "Back from Harrow; clean, check, put back into the pool."),
        ("Print certificates for the week", "Fourteen are ready and unsigned."),
        ("Ask the carrier about the pallet rate", "Three complaints about tail lifts this month."),
        ("Second check of order HD-20418", "Plug type was wrong; look at the whole order."),
        ("Book the van for the service visit", "Freezer parts do not fit into the car."),
        ("Clear the returns shelf", "Five units wait for a decision: repair, refurbish, scrap."),
    ]);
    Some(
        Ask::new(OPERATIONS, dice.of(["Operations Manager", "Task Prioritizer"]), "create_task", json!({"title": title, "description": says, "dueAt": stamp(due), "assignee": dice.of(["Priya Raman", "Tomas Eriksen"])}), format!("{title} by {}", spoken(due)))
            .no("Done yesterday.")
            .edit(&[("/dueAt", json!(stamp(due + TimeDelta::days(2))))], "Two days later, Priya is out."),
    )
}

/// Performed by the warehouse system, which claims and reports.
fn ships(dice: &mut Dice, at: DateTime<Utc>) -> Option<Ask> {
    let product = dice.of([0_usize, 1, 2, 3, 4, 5, 6, 7]);
    let product = PRODUCTS.get(product)?;
    let order = format!("HD-{}", dice.between(20_421, 20_489));
    let who = dice.pick(CUSTOMERS)?;
    let day = office_hour(at, dice.between(1, 4), 10);
    Some(if dice.percent(60) {
        Ask::new(OPERATIONS, "Workflow Executor", RESERVE_STOCK, json!({"sku": product.sku, "quantity": dice.between(1, 4), "orderRef": order, "until": date(day + TimeDelta::days(7))}), format!("Reserve {} for order {order} of {}", product.name, who.company))
            .no(dice.of(["The last two are promised to Beaulieu.", "Order is not signed yet."]))
            .edit(&[("/quantity", json!(1))], "One now, the rest when the order is signed.")
    } else {
        Ask::new(OPERATIONS, "Workflow Executor", BOOK_COURIER, json!({"orderRef": order, "pickupOn": date(day), "destination": who.company, "parcels": dice.between(1, 5), "service": dice.of(["standard", "express", "tail lift"])}), format!("Courier for {order} to {} on {}", who.company, spoken(day)))
            .no(dice.of(["Wait for the second pallet and send both.", "Customer collects this one himself."]))
            .edit(&[("/service", json!("standard"))], "Standard is fine, they are closed on Friday.")
    })
}

fn calendar(world: &World, dice: &mut Dice, at: DateTime<Utc>) -> Option<Ask> {
    let event = world.any(K::Event, dice)?;
    let (title, ..) = *EVENTS.get(event.line)?;
    let day = office_hour(at, dice.between(4, 15), 9);
    Some(
        Ask::new(OPERATIONS, "Resource Allocator", "update_calendar", json!({"recordId": event.id, "changes": {"startsAt": stamp(day), "endsAt": stamp(day + TimeDelta::hours(2)), "description": "Moved because the engineer is needed elsewhere."}}), format!("Move \"{title}\" to {}", spoken(day)))
            .no("The customer has already booked people for the old date."),
    )
}

/// Critical.
fn money(world: &World, dice: &mut Dice, at: DateTime<Utc>) -> Option<Ask> {
    match dice.below(5) {
        0 | 1 => {
            let bill = world.any(K::Invoice, dice)?;
            let number = BILLS.get(bill.line)?.number;
            Some(
                Ask::new(
                    OPERATIONS,
                    "Operations Manager",
                    "update_payment",
                    json!({"recordId": bill.id, "changes": {"status": "paid", "paidOn": date(at)}}),
                    format!("Bank shows the payment of {number}"),
                )
                .no("The amount on the statement is another customer's.")
                .yes("Seen on the statement."),
            )
        }
        2 | 3 => {
            let (to, amount, memo) = dice.of([
                ("Nordkurier Logistics", "1284.50", "Freight of the month, statement 118"),
                ("Kaltmetall GmbH", "8640.00", "Door heaters, order K-5512, 40 pieces"),
                ("City utilities", "2316.77", "Power of the calibration lab"),
                ("Bremer Messebau", "5900.00", "Stand B3.214, second part"),
                ("Optik Reuter", "3475.20", "Lamps for PhotoSpec, order 771"),
                ("Castelvento Pharma", "412.00", "Refund of a double payment"),
            ]);
            Some(
                Ask::new(
                    OPERATIONS,
                    "Operations Manager",
                    "financial_transaction",
                    json!({"amount": amount, "currency": "EUR", "counterparty": to, "memo": memo}),
                    format!("Pay {to}: {memo}"),
                )
                .no(dice.of([
                    "We paid this on the 3rd. See the statement.",
                    "Delivery is short by six pieces; pay when they come.",
                ]))
                .yes("Checked against the delivery note."),
            )
        }
        _ => {
            let contracts = PAPERS.iter().take_while(|paper| paper.kind == "contract").count();
            let line = dice.below(contracts);
            let paper = world.line(K::Document, line)?;
            Some(
                Ask::new(OPERATIONS, "Operations Manager", "contract_modification", json!({"recordId": paper.id, "summary": "One more year at the same price", "changes": {"expiresOn": date(at + TimeDelta::days(430))}}), format!("Renew \"{}\" before it ends", PAPERS.get(line)?.title))
                    .no("Prices are being renegotiated, no silent renewal."),
            )
        }
    }
}
