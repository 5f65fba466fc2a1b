//! What the Marketing team asks for.

use super::business::{CAMPAIGNS, PAPERS};
use super::customers::{CUSTOMERS, PRODUCTS};
use super::people::MARKETING;
use super::{Ask, World, letters};
use crate::domain::record::RecordKind as K;
use crate::server::demo::dice::Dice;
use crate::server::demo::journey::{office_hour, spoken, stamp};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

pub fn ask(world: &World, dice: &mut Dice, at: DateTime<Utc>) -> Option<Ask> {
    match dice.below(100) {
        0..42 => looks(world, dice, at),
        42..70 => prepares(world, dice, at),
        70..90 => publishes(dice),
        _ => reaches_many(dice),
    }
}

fn looks(world: &World, dice: &mut Dice, at: DateTime<Utc>) -> Option<Ask> {
    let campaign = world.any(K::Campaign, dice)?;
    let push = CAMPAIGNS.get(campaign.line)?;
    Some(match dice.below(6) {
        0 | 1 => {
            let days = dice.of([7, 14, 28]);
            let department = dice.of(["marketing", "sales", "support"]);
            Ask::new(
                MARKETING,
                "Analytics Agent",
                "fetch_analytics",
                json!({"from": stamp(at - TimeDelta::days(days)), "to": stamp(at), "department": department}),
                format!("Figures of {department} for the last {days} days"),
            )
        }
        2 => Ask::new(
            MARKETING,
            "Campaign Manager",
            "read_data",
            json!({"recordId": campaign.id}),
            format!("Check the dates of {}", push.0),
        ),
        3 => {
            let text = dice.of([
                "Opened by 41 %, clicked by 9 %: the subject with the question did better than the one with the offer.",
                "Sign-ups of the webinar come from the post of the user group, not from our own list.",
                "Page of the incubator: visitors stay 40 seconds longer since the video is there.",
                "Three of ten forms stop at the telephone number.",
                "Unsubscribed after the last mailing: 0.4 %, half of the usual.",
            ]);
            Ask::new(
                MARKETING,
                "Analytics Agent",
                "log_activity",
                json!({"message": text}),
                format!("Keep what was measured for {}", push.0),
            )
        }
        4 => {
            let content = format!("{}: {} answer best on Tuesday mornings.", push.0, push.4);
            Ask::new(
                MARKETING,
                "Analytics Agent",
                "store_context",
                json!({"content": content, "tier": "medium_term", "category": "pattern", "importance": dice.between(30, 70)}),
                format!("Remember the best time to write for {}", push.0),
            )
        }
        _ => Ask::new(
            MARKETING,
            "Content Creator",
            "list_items",
            json!({"kind": "document", "query": "Application", "limit": 20}),
            "Which application notes exist already",
        ),
    })
}

fn prepares(world: &World, dice: &mut Dice, at: DateTime<Utc>) -> Option<Ask> {
    let campaign = world.any(K::Campaign, dice)?;
    let push = CAMPAIGNS.get(campaign.line)?;
    let product = dice.of([0_usize, 1, 2, 4, 6]);
    let product = PRODUCTS.get(product)?;
    let due = office_hour(at, dice.between(2, 9), 16);
    Some(match dice.below(5) {
        0 => Ask::new(MARKETING, "Content Creator", "create_draft", json!({"title": format!("Post: {} in daily use", product.name), "body": format!("A {} is only as good as its worst Monday. We asked three laboratories what they do with theirs, and what they would change.\n\n(Three quotes, one picture each.)", product.what), "recordId": campaign.id}), format!("Draft a post for {}", push.0))
            .no("Too close to the post of two weeks ago."),
        1 => Ask::new(MARKETING, "Campaign Manager", "create_task", json!({"title": format!("Photographs of the {} with people", product.name), "description": "No empty laboratories. Goggles on.", "dueAt": stamp(due), "assignee": "Tomas Eriksen"}), format!("Pictures are missing for {}", push.0))
            .no("We have pictures from the fair, use those.")
            .edit(&[("/assignee", json!("Priya Raman"))], "Priya is in the lab anyway."),
        2 => Ask::new(MARKETING, "Campaign Manager", "send_internal_notification", json!({"title": format!("{}: half of the goal is reached", push.0), "body": format!("Goal: {}. What is left is in the campaign's record.", push.3), "role": dice.of(["operator", "admin"])}), format!("Tell colleagues how {} goes", push.0))
            .no("Weekly report is enough."),
        3 => Ask::new(MARKETING, "Campaign Manager", "update_crm_field", json!({"recordId": campaign.id, "field": "audience", "value": format!("{}, newsletter readers first", push.4)}), format!("Narrow the audience of {}", push.0))
            .no("Leave the audience until the first results are in."),
        _ => Ask::new(MARKETING, "Analytics Agent", "schedule_reminder", json!({"title": format!("Read the results of {}", push.0), "remindAt": stamp(due), "recordId": campaign.id}), format!("Look again on {}", spoken(due)))
            .no("Already in the calendar."),
    })
}

fn publishes(dice: &mut Dice) -> Option<Ask> {
    let (title, body, channel) = dice.of([
        ("How cold is cold enough", "Most samples are safe at −70 °C. Ten degrees warmer saves a third of the current. What to check before you turn the knob.", "blog"),
        ("Two minutes on turbidity", "Why 860 nm, what the standard asks for, and how to clean a cuvette so that it counts.", "blog"),
        ("User day: the programme", "Four talks, two workshops, one tour of the calibration lab. Lunch is on us, trains are not.", "website"),
        ("We are at Analytica, stand B3.214", "Come and open a freezer at −80 °C with your bare hands. Once.", "LinkedIn"),
        ("Application note: ELISA on the Lumis MR", "Protocol, settings and a plate map to download. Coefficient of variation below 3 % in three laboratories.", "website"),
        ("Meet the calibration lab", "Six people, 1,400 certificates a year, and one oven called Brunhilde.", "LinkedIn"),
        ("What to do when the alarm goes off at night", "Do not open the door. Then call us: the number is on the door, and somebody answers.", "blog"),
        ("New: incubator that sterilises itself", "140 °C overnight, clean by morning. What that means for your protocols.", "website"),
        ("Refurbished instruments, list of the month", "Eleven centrifuges, two readers, one evaporator with a story. All with a year of warranty.", "newsletter"),
    ]);
    let softer = format!("{body}\n\nQuestions? Write to info@halden-instruments.example.");
    Some(
        Ask::new(
            MARKETING,
            "Content Creator",
            "publish_content",
            json!({"title": title, "body": body, "channel": channel}),
            format!("Publish \"{title}\" on {channel}"),
        )
        .no(dice.of([
            "The figure in the second sentence has no source.",
            "Not before the fair.",
            "We do not make jokes about customers' samples.",
            "Legal wants to read this one first.",
        ]))
        .edit(&[("/body", json!(softer))], "With an address for questions."),
    )
}

/// Critical: many recipients, or data that leaves.
fn reaches_many(dice: &mut Dice) -> Option<Ask> {
    if dice.percent(35) {
        return Some(
            Ask::new(MARKETING, "Analytics Agent", "export_data", json!({"kind": "contact", "format": "csv", "purpose": dice.of(["Check of addresses by the mailing house", "Invitation list of the user day", "Comparison with the list of the fair"])}), "All contacts as CSV for the next mailing")
                .no("Personal data does not leave without a contract for it. Ask me first."),
        );
    }
    let first = dice.below(8);
    let count = usize::try_from(dice.between(8, 16)).unwrap_or(8);
    let to: Vec<_> = CUSTOMERS.iter().skip(first).step_by(2).take(count).map(|who| who.email).collect();
    let (subject, text) = dice.of([
        ("Is your freezer ready for summer?", "every July we replace compressors that would have lived longer with a clean filter. Our check-up takes 30 minutes and costs nothing for instruments under a plan."),
        ("You are invited: user day", "come and see how others use their instruments, bring your questions, and go home with answers and a mug."),
        ("New price list from next month", "steel and shipping went up, and so do our freezers, by 4 %. Quotes that you have keep their price for 30 days."),
        ("Spectroscopy without surprises: the webinar", "one hour, three mistakes that everybody makes, and time for your questions. The recording goes to everybody who signs up."),
    ]);
    let body = format!("Dear customer,\n\n{text}\n\n{}", letters::SIGNED);
    Some(
        Ask::new(
            MARKETING,
            "Campaign Manager",
            "send_mass_email",
            json!({"to": to, "subject": subject, "body": body, "replyTo": "news@halden-instruments.example"}),
            format!("Mailing \"{subject}\" to {} customers", to.len()),
        )
        .no(dice.of([
            "Not in the week of the price list.",
            "Two of these asked not to be written to. Clean the list first.",
        ])),
    )
}

/// The papers that are drafts, for the waiting actions.
pub fn draft_line() -> usize {
    PAPERS.iter().position(|paper| paper.kind == "draft").unwrap_or(0)
}
