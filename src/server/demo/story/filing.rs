//! The company's records: when each is made, and what is in it.

use super::World;
use super::business::{BILLS, CAMPAIGNS, DEALS, EVENTS, PAPERS, TASKS};
use super::customers::{CUSTOMERS, PRODUCTS};
use super::tickets::TICKETS;
use crate::domain::canonical::Data;
use crate::domain::record::{NewRecord, RecordKind};
use crate::domain::{AppError, AppResult};
use crate::server::demo::journey::{date, office_hour, stamp};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

/// Every record of the story with the time at which it is made, in no order.
pub fn plan(start: DateTime<Utc>, present: DateTime<Utc>) -> Vec<(DateTime<Utc>, RecordKind, usize)> {
    use RecordKind as K;
    let mut plan = Vec::new();
    // What was there before the month, in the order in which it refers to each other.
    let tables = [
        (K::Contact, CUSTOMERS.len()),
        (K::Deal, DEALS.len()),
        (K::Document, PAPERS.len()),
        (K::Campaign, CAMPAIGNS.len()),
        (K::Invoice, BILLS.len()),
        (K::Event, EVENTS.len()),
    ];
    let mut at = start;
    for (kind, lines) in tables {
        for line in 0..lines {
            at += TimeDelta::seconds(40);
            plan.push((at, kind, line));
        }
    }
    let later = |age: i64, line: usize| {
        let minutes = 15 + (line as i64 * 37) % 420;
        (present - TimeDelta::days(age) + TimeDelta::minutes(minutes))
            .clamp(at + TimeDelta::minutes(line as i64), present - TimeDelta::hours(2))
    };
    plan.extend(TICKETS.iter().enumerate().map(|(line, t)| (later(t.age, line), K::Ticket, line)));
    plan.extend(TASKS.iter().enumerate().map(|(line, t)| (later(t.3, line), K::Task, line)));
    plan
}

/// One record. Those that it refers to exist by then.
pub fn record(kind: RecordKind, line: usize, world: &World, start: DateTime<Utc>) -> AppResult<NewRecord> {
    use RecordKind as K;
    let found = match kind {
        K::Contact => CUSTOMERS.get(line).map(|c| {
            let mut data = json!({
                "email": c.email, "phone": c.phone, "company": c.company, "jobTitle": c.job, "status": c.status,
                "source": c.source, "tags": c.tags,
            });
            if line.is_multiple_of(3) {
                data["owner"] = "Priya Raman".into();
            }
            (c.name.to_owned(), data)
        }),
        K::Deal => DEALS.get(line).map(|d| {
            let close = office_hour(start, 20 + (line as i64 * 7) % 60, 9);
            let mut data = json!({
                "stage": d.stage, "value": format!("{}.00", d.worth), "currency": "EUR", "probability": d.chance,
                "expectedCloseOn": date(close), "company": CUSTOMERS[d.with].company,
                "contactId": world.id(K::Contact, d.with), "owner": d.owner,
            });
            if line == 2 || line == 19 {
                data["plan"] = "Service Plus".into();
                data["seats"] = 2.into();
                data["billingInterval"] = "yearly".into();
                data["subscriptionStatus"] = "active".into();
                data["renewsOn"] = date(start + TimeDelta::days(80)).into();
            }
            (d.title.to_owned(), data)
        }),
        K::Ticket => TICKETS.get(line).map(|t| {
            let due = start + TimeDelta::days(31 - t.age) + TimeDelta::hours(if t.priority == "urgent" { 4 } else { 48 });
            let data = json!({
                "status": "open", "priority": t.priority, "description": t.says, "channel": t.channel,
                "contactId": world.id(K::Contact, t.from), "dueAt": stamp(due),
            });
            (t.title.to_owned(), data)
        }),
        K::Task => TASKS.get(line).map(|(title, who, due, age, priority, says)| {
            let due = office_hour(start, 30 - age + due, 15);
            let data = json!({
                "status": "open", "priority": priority, "description": says, "assignee": who, "dueAt": stamp(due),
            });
            ((*title).to_owned(), data)
        }),
        K::Event => EVENTS.get(line).map(|(title, day, hour, hours, with, place)| {
            let from = office_hour(start, *day, *hour);
            let data = json!({
                "startsAt": stamp(from), "endsAt": stamp(from + TimeDelta::hours(*hours)), "location": place,
                "attendees": with.iter().map(|&c| CUSTOMERS[c].email).collect::<Vec<_>>(), "status": "scheduled",
            });
            ((*title).to_owned(), data)
        }),
        K::Document => PAPERS.get(line).map(|p| {
            let mut data = json!({"type": p.kind, "status": p.status, "body": p.body});
            if let (Some(party), Some(deal)) = (p.party, p.about) {
                data["counterparty"] = party.into();
                data["relatedTo"] = json!(world.id(K::Deal, deal));
                data["value"] = format!("{}.00", DEALS[deal].worth / 5).into();
                data["currency"] = "EUR".into();
                data["effectiveOn"] = date(start - TimeDelta::days(300)).into();
                data["expiresOn"] = date(start + TimeDelta::days(65)).into();
            }
            (p.title.to_owned(), data)
        }),
        K::Campaign => CAMPAIGNS.get(line).map(|(title, status, channel, goal, audience, budget, from, to)| {
            let data = json!({
                "status": status, "channel": channel, "goal": goal, "audience": audience,
                "budget": format!("{budget}.00"), "currency": "EUR",
                "startsOn": date(start + TimeDelta::days(*from)), "endsOn": date(start + TimeDelta::days(*to)),
                "owner": "Tomas Eriksen",
            });
            ((*title).to_owned(), data)
        }),
        K::Invoice => BILLS.get(line).map(|b| {
            let mut data = json!({
                "number": b.number, "counterparty": CUSTOMERS[b.to].company, "amount": b.amount, "currency": "EUR",
                "status": b.status, "dueOn": date(start + TimeDelta::days(b.due)),
                "contactId": world.id(K::Contact, b.to), "memo": b.memo,
            });
            if let Some(deal) = b.deal {
                data["dealId"] = json!(world.id(K::Deal, deal));
            }
            (format!("{} {}", b.number, CUSTOMERS[b.to].company), data)
        }),
    };
    let (title, data) = found.ok_or_else(|| AppError::not_found("line of the story"))?;
    Ok(NewRecord { kind, title, data: without_nulls(data)? })
}

fn without_nulls(mut data: Value) -> AppResult<Data> {
    if let Value::Object(map) = &mut data {
        map.retain(|_, value| !value.is_null());
    }
    Data::from_value(data)
}

/// What a deal is about: the product's name and kind.
pub fn product_of(deal: usize) -> (&'static str, &'static str) {
    let product = DEALS.get(deal).and_then(|deal| PRODUCTS.get(deal.product));
    product.map_or(("instrument", "instrument"), |product| (product.name, product.what))
}
