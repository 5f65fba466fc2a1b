//! What the Support team asks for. It is autonomous: much of this runs by itself.

use super::customers::CUSTOMERS;
use super::people::SUPPORT;
use super::tickets::TICKETS;
use super::{Ask, World, letters};
use crate::domain::record::RecordKind as K;
use crate::server::demo::dice::Dice;
use crate::server::demo::journey::{office_hour, spoken, stamp};
use chrono::{DateTime, Utc};
use serde_json::json;

pub fn ask(world: &World, dice: &mut Dice, at: DateTime<Utc>) -> Option<Ask> {
    match dice.below(100) {
        0..26 => looks(world, dice),
        26..58 => sorts(world, dice, at),
        58..78 => answers(world, dice),
        78..86 => corrects(world, dice),
        _ => speaks_for_us(world, dice),
    }
}

fn looks(world: &World, dice: &mut Dice) -> Option<Ask> {
    let ticket = world.recent(K::Ticket, dice)?;
    let t = TICKETS.get(ticket.line)?;
    let who = CUSTOMERS.get(t.from)?;
    Some(match dice.below(4) {
        0 => Ask::new(
            SUPPORT,
            "Ticket Triage Agent",
            "read_data",
            json!({"recordId": ticket.id}),
            format!("Read the ticket \"{}\"", t.title),
        ),
        1 => Ask::new(
            SUPPORT,
            "Response Generator",
            "retrieve_memory",
            json!({"query": t.title, "limit": 5}),
            format!("Was there an answer to \"{}\" before", t.title),
        ),
        2 => Ask::new(
            SUPPORT,
            "Support Manager",
            "log_activity",
            json!({"message": format!("{} called again about \"{}\" and was told when the engineer comes.", who.name, t.title)}),
            format!("Log the call of {}", who.name),
        ),
        _ => Ask::new(
            SUPPORT,
            "Response Generator",
            "store_context",
            json!({"content": format!("{} — {}", t.title, t.answer), "tier": "long_term", "category": "knowledge", "importance": dice.between(50, 90)}),
            format!("Keep the answer to \"{}\" for next time", t.title),
        ),
    })
}

fn sorts(world: &World, dice: &mut Dice, at: DateTime<Utc>) -> Option<Ask> {
    let ticket = world.recent(K::Ticket, dice)?;
    let t = TICKETS.get(ticket.line)?;
    let due = office_hour(at, 1, 12);
    Some(match dice.below(5) {
        0 => Ask::new(
            SUPPORT,
            "Ticket Triage Agent",
            "update_crm_field",
            json!({"recordId": ticket.id, "field": "priority", "value": dice.of(["normal", "high", "urgent"])}),
            format!("Set the priority of \"{}\"", t.title),
        ),
        1 => Ask::new(
            SUPPORT,
            "Support Manager",
            "update_crm_field",
            json!({"recordId": ticket.id, "field": "status", "value": dice.of(["pending", "solved"])}),
            format!("\"{}\": the customer has answered", t.title),
        ),
        2 => Ask::new(
            SUPPORT,
            "Escalation Handler",
            "create_task",
            json!({"title": format!("Engineer for: {}", t.title), "description": t.says, "dueAt": stamp(due), "assignee": "Priya Raman"}),
            format!("A person has to look at \"{}\" by {}", t.title, spoken(due)),
        ),
        3 => Ask::new(
            SUPPORT,
            "Response Generator",
            "create_note",
            json!({"title": format!("Cause found: {}", t.title), "body": t.answer, "recordId": ticket.id}),
            format!("Write down the cause of \"{}\"", t.title),
        ),
        _ => Ask::new(
            SUPPORT,
            "Ticket Triage Agent",
            "update_crm_field",
            json!({"recordId": ticket.id, "field": "assignee", "value": dice.of(["Priya Raman", "Selin Aksoy", "Vikram Mehta"])}),
            format!("Give \"{}\" to somebody who knows the instrument", t.title),
        ),
    })
}

fn answers(world: &World, dice: &mut Dice) -> Option<Ask> {
    let ticket = world.recent(K::Ticket, dice)?;
    let t = TICKETS.get(ticket.line)?;
    let who = CUSTOMERS.get(t.from)?;
    Some(Ask::new(
        SUPPORT,
        "Response Generator",
        "send_email",
        json!({"to": [who.email], "subject": format!("Re: {}", t.title), "body": letters::answer(who, t.answer), "replyTo": "support@halden-instruments.example"}),
        format!("Answer {} about \"{}\"", who.name, t.title),
    ))
}

/// Contacts are on the team's list, so a person looks.
fn corrects(world: &World, dice: &mut Dice) -> Option<Ask> {
    let contact = world.any(K::Contact, dice)?;
    let who = CUSTOMERS.get(contact.line)?;
    Some(match dice.below(3) {
        0 => Ask::new(SUPPORT, "Support Manager", "modify_contact", json!({"recordId": contact.id, "changes": {"address": format!("{}, goods entrance, gate {}", who.company, dice.between(1, 6))}}), format!("{} moved to another building", who.company))
            .no("That is the delivery address. The postal one stays."),
        1 => Ask::new(SUPPORT, "Ticket Triage Agent", "modify_contact", json!({"recordId": contact.id, "changes": {"jobTitle": dice.of(["Deputy laboratory manager", "Head of quality", "Senior technician"])}}), format!("{} has a new role, says the signature", who.name))
            .no("I know the person, the title is wrong."),
        _ => Ask::new(SUPPORT, "Support Manager", "modify_contact", json!({"recordId": contact.id, "changes": {"phone": format!("+44 20 7946 0{}", dice.between(400, 499))}}), format!("Direct line of {} from the last call", who.name))
            .no("Private mobile number; we do not keep those."),
    })
}

/// Critical: in the company's name.
fn speaks_for_us(world: &World, dice: &mut Dice) -> Option<Ask> {
    let ticket = world.recent(K::Ticket, dice)?;
    let t = TICKETS.get(ticket.line)?;
    let who = CUSTOMERS.get(t.from)?;
    let contact = world.line(K::Contact, t.from)?;
    let (offer, remark) = dice.of([
        ("we are sorry for the trouble. The call-out is free of charge, and your plan is longer by one month.", "Fair."),
        ("the repair takes longer than we said. You get a loan unit today, and we keep you posted every second day.", "Please call as well."),
        ("you were right and our first answer was wrong. The part is under warranty; we send it today.", "Good that we say so."),
        ("we take the instrument back and send another one. Please keep the box.", "Agreed with Tomas."),
    ]);
    let body = format!("{},\n\n{offer}\n\n{}", who.dear(), letters::SIGNED);
    let careful = format!(
        "{},\n\nwe are sorry for the trouble. Our service lead calls you today and tells you what we can do.\n\n{}",
        who.dear(),
        letters::SIGNED
    );
    Some(
        Ask::new(SUPPORT, "Escalation Handler", "customer_communication", json!({"to": [who.email], "contactId": contact.id, "subject": format!("Your complaint: {}", t.title), "body": body, "replyTo": "support@halden-instruments.example"}), format!("Make good for \"{}\"", t.title))
            .no(dice.of(["No goodwill before the engineer has seen it.", "This promises a date that we cannot keep.", "I call them myself."]))
            .edit(&[("/body", json!(careful))], "No offers in writing before the call.")
            .yes(remark),
    )
}
