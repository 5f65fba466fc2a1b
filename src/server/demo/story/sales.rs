//! What the Sales team asks for.

use super::business::{DEALS, EVENTS};
use super::customers::{CUSTOMERS, PRODUCTS};
use super::filing::product_of;
use super::people::{ORDER_DESK, SALES};
use super::{Ask, World, letters};
use crate::domain::record::RecordKind as K;
use crate::server::demo::dice::Dice;
use crate::server::demo::journey::{office_hour, spoken, stamp};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

pub fn ask(world: &World, dice: &mut Dice, at: DateTime<Utc>) -> Option<Ask> {
    match dice.below(100) {
        0..36 => looks(world, dice, at),
        36..62 => notes(world, dice, at),
        62..80 => writes(world, dice, at),
        80..92 => moves(world, dice, at),
        _ => prices(world, dice),
    }
}

/// Low risk.
fn looks(world: &World, dice: &mut Dice, at: DateTime<Utc>) -> Option<Ask> {
    let contact = world.any(K::Contact, dice)?;
    let who = CUSTOMERS.get(contact.line)?;
    let deal = world.any(K::Deal, dice)?;
    let business = DEALS.get(deal.line)?;
    Some(match dice.below(7) {
        0 => Ask::new(
            SALES,
            "Sales Manager",
            "read_data",
            json!({"recordId": deal.id}),
            format!("Look at {} before the weekly call", business.title),
        ),
        1 => Ask::new(
            SALES,
            "Lead Qualifier",
            "list_items",
            json!({"kind": "contact", "query": who.name, "limit": 10}),
            format!("Check whether {} is already known", who.name),
        ),
        2 => {
            let day = office_hour(at, dice.between(1, 6), 8);
            Ask::new(
                SALES,
                "Follow-up Agent",
                "check_availability",
                json!({"from": stamp(day), "to": stamp(day + TimeDelta::hours(9))}),
                format!("Find a free slot for {} on {}", who.company, spoken(day)),
            )
        }
        3 => {
            let text = dice.of([
                "Called {who}, who asked for the data sheet and a price for two.",
                "Left a message for {who}; a colleague says to try after lunch.",
                "{who} opened the quote three times since yesterday.",
                "{who} confirmed the delivery address by phone.",
                "Spoke with {who} at the webinar; interested in a loan unit.",
            ]);
            let message = text.replace("{who}", who.name);
            Ask::new(
                SALES,
                "Follow-up Agent",
                "log_activity",
                json!({"message": message}),
                format!("Log the contact with {}", who.company),
            )
        }
        4 => {
            let note = dice.of([
                "Prefers a call before noon. Budget is released in the second quarter.",
                "Compares us with two others; delivery time matters more than price.",
                "Purchasing insists on 30 days net and a German invoice.",
                "Old unit is eleven years old and fails about once a month.",
                "Wants the same model as the neighbouring institute.",
            ]);
            Ask::new(
                SALES,
                "Lead Qualifier",
                "update_internal_note",
                json!({"recordId": contact.id, "note": note}),
                format!("Keep what {} said about the purchase", who.name),
            )
        }
        5 => {
            let content = format!(
                "{} decides about {} with {} and asks for references first.",
                who.company,
                product_of(deal.line).1,
                who.name
            );
            Ask::new(
                SALES,
                "Lead Qualifier",
                "store_context",
                json!({"content": content, "tier": "long_term", "category": "relationship", "importance": dice.between(40, 80)}),
                format!("Remember how {} decides", who.company),
            )
        }
        _ => Ask::new(
            SALES,
            ORDER_DESK,
            "retrieve_memory",
            json!({"query": who.company, "limit": 10}),
            format!("What do we know about {}", who.company),
        ),
    })
}

/// Medium risk.
fn notes(world: &World, dice: &mut Dice, at: DateTime<Utc>) -> Option<Ask> {
    let contact = world.any(K::Contact, dice)?;
    let who = CUSTOMERS.get(contact.line)?;
    let deal = world.any(K::Deal, dice)?;
    let business = DEALS.get(deal.line)?;
    let due = office_hour(at, dice.between(1, 8), 15);
    Some(match dice.below(7) {
        0 => Ask::new(SALES, "Sales Manager", "create_task", json!({"title": format!("Call {} about {}", who.name, product_of(deal.line).0), "description": format!("Open points: delivery time and training. Background: {}.", business.title), "dueAt": stamp(due), "assignee": business.owner}), format!("Somebody should call {} by {}", who.name, spoken(due)))
            .no("Priya called on Tuesday, no second call please.")
            .edit(&[("/assignee", json!("Tomas Eriksen"))], "Tomas knows the customer better."),
        1 => Ask::new(SALES, "Lead Qualifier", "update_lead_status", json!({"recordId": contact.id, "status": dice.of(["contacted", "qualified", "nurturing"])}), format!("{} answered the qualifying questions", who.name))
            .no("They only asked for a brochure. Leave the status as it is.")
            .edit(&[("/status", json!("nurturing"))], "Too early for more than nurturing."),
        2 => Ask::new(SALES, "Lead Qualifier", "tag_contact", json!({"recordId": contact.id, "add": [dice.of(["autumn-campaign", "service-plan", "demo-wanted", "tender", "price-sensitive"])]}), format!("Tag {} for the next round", who.name))
            .no("We agreed to keep tags to what we really filter by."),
        3 => Ask::new(SALES, "Follow-up Agent", "schedule_reminder", json!({"title": format!("Ask {} whether the quote arrived", who.last_name()), "remindAt": stamp(due), "recordId": contact.id, "assignee": business.owner}), format!("Follow up with {} in time", who.company))
            .no("They asked us not to call before the end of the month."),
        4 => Ask::new(SALES, "Sales Manager", "update_crm_field", json!({"recordId": deal.id, "field": "probability", "value": dice.of([20, 35, 50, 60, 80])}), format!("The talk about {} went better than expected", business.title))
            .no("Hope is not a forecast. Keep the number until there is an order.")
            .edit(&[("/value", json!(40))], "Half of that."),
        5 => Ask::new(SALES, "Proposal Writer", "create_draft", json!({"title": format!("Proposal {}", business.title), "body": format!("1. What you told us\n2. Our proposal: {} ({})\n3. Delivery and training\n4. Price and conditions\n\nDelivery is within six weeks. Training takes half a day on site and is included.", product_of(deal.line).0, product_of(deal.line).1), "recordId": deal.id}), format!("First draft of the proposal for {}", who.company))
            .no("Use the new template with the service section."),
        _ => Ask::new(SALES, "Follow-up Agent", "create_note", json!({"title": format!("Call with {}", who.name), "body": dice.of(["They like the instrument and dislike the delivery time. If we can do four weeks, they sign.", "Two colleagues joined. Main question was cleaning between runs; promised the protocol.", "Budget is there, the director has to sign. Decision on the 20th.", "They run three shifts, so service within a day is the deciding point."]), "recordId": contact.id}), format!("Notes of today's call with {}", who.company))
            .no("This repeats the note of last week."),
    })
}

/// High risk: letters and meetings.
fn writes(world: &World, dice: &mut Dice, at: DateTime<Utc>) -> Option<Ask> {
    let deal = world.any(K::Deal, dice)?;
    let business = DEALS.get(deal.line)?;
    let who = CUSTOMERS.get(business.with)?;
    let (product, what) = product_of(deal.line);
    let day = office_hour(at, dice.between(3, 12), dice.of([9, 10, 13, 14]));
    if dice.percent(30) {
        let title = format!("{product} at {}", who.company);
        let data = json!({"title": title, "startsAt": stamp(day), "endsAt": stamp(day + TimeDelta::hours(1)), "attendees": [who.email, "priya.raman@halden-instruments.example"]});
        let busy = EVENTS.iter().any(|event| event.0.contains(who.company));
        let ask = Ask::new(
            SALES,
            "Follow-up Agent",
            "schedule_meeting",
            data,
            format!("{} asked for a demo on {}", who.name, spoken(day)),
        )
        .no("Priya is at the fair that day. Offer the week after.")
        .edit(
            &[
                ("/startsAt", json!(stamp(day + TimeDelta::days(1)))),
                ("/endsAt", json!(stamp(day + TimeDelta::days(1) + TimeDelta::hours(1)))),
            ],
            "One day later, the demo unit is out until then.",
        );
        return Some(if busy { ask.yes("Fits with the service visit.") } else { ask });
    }
    let (subject, body) = letters::sales(who, product, what, &spoken(day), dice);
    let shorter = format!(
        "{},\n\nas promised, our quote for the {product} is attached. It is valid for 30 days.\n\n{}",
        who.dear(),
        letters::SIGNED
    );
    Some(
        Ask::new(SALES, dice.of(["Proposal Writer", "Follow-up Agent"]), "send_email", json!({"to": [who.email], "subject": subject, "body": body, "replyTo": "sales@halden-instruments.example"}), format!("Write to {} about {}", who.name, business.title))
            .no(dice.of(["We wrote to them on Monday. Twice in a week is too much.", "No promises about delivery before the warehouse confirms.", "Wrong tone for a customer who waits for a repair.", "The price in the attachment is last year's."]))
            .edit(&[("/body", json!(shorter))], "Shorter. Nobody reads the rest."),
    )
}

/// High risk: the pipeline, contacts.
fn moves(world: &World, dice: &mut Dice, at: DateTime<Utc>) -> Option<Ask> {
    let deal = world.any(K::Deal, dice)?;
    let business = DEALS.get(deal.line)?;
    let who = CUSTOMERS.get(business.with)?;
    if dice.percent(70) {
        let stage = dice.of(["qualified", "discovery", "proposal", "negotiation", "won"]);
        return Some(
            Ask::new(
                SALES,
                "Sales Manager",
                "change_pipeline_stage",
                json!({"recordId": deal.id, "stage": stage}),
                format!("{} is ready for the next stage", business.title),
            )
            .no(dice.of([
                "Won means a signed order. We have an e-mail.",
                "They have not seen the quote yet.",
                "Leave it until the tender is decided.",
            ]))
            .yes("Order confirmation is in the mailbox."),
        );
    }
    let contact = world.line(K::Contact, business.with)?;
    let phone = format!("+44 20 7946 0{}", dice.between(300, 399));
    Some(
        Ask::new(
            SALES,
            ORDER_DESK,
            "modify_contact",
            json!({"recordId": contact.id, "changes": {"phone": phone, "jobTitle": who.job}}),
            format!("{} sent a new signature on {}", who.name, spoken(at)),
        )
        .no("The number is the fax. Please read the whole signature."),
    )
}

/// Critical: what the company counts on.
fn prices(world: &World, dice: &mut Dice) -> Option<Ask> {
    let deal = world.any(K::Deal, dice)?;
    let business = DEALS.get(deal.line)?;
    let product = PRODUCTS.get(business.product)?;
    if (deal.line == 2 || deal.line == 19) && dice.percent(60) {
        return Some(
            Ask::new(SALES, "Sales Manager", "modify_subscription", json!({"recordId": deal.id, "changes": {"plan": "Service Plus", "seats": dice.between(3, 5), "value": "1180.00", "currency": "EUR"}}), format!("{} wants more units in the plan", business.title))
                .no("Price per unit is missing the second-year rebate."),
        );
    }
    let pieces = dice.between(2, 6);
    let full = pieces * product.price;
    let cut = full * (100 - dice.between(4, 15)) / 100;
    Some(
        Ask::new(
            SALES,
            "Proposal Writer",
            "update_deal_value",
            json!({"recordId": deal.id, "value": format!("{cut}.00"), "currency": "EUR"}),
            format!("{pieces} × {} at the discount that was discussed", product.name),
        )
        .no("Discounts above 10 % need Margit, and she said no.")
        .edit(&[("/value", json!(format!("{}.00", full * 95 / 100)))], "Five percent, not more."),
    )
}
