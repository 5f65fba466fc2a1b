//! What the list says about a record beside its title.

use serde_json::Value;

use crate::domain::money;
use crate::domain::record::{Record, RecordKind};
use crate::domain::record_form;
use crate::domain::record_kinds::{FieldKind, fields};
use crate::ui::words::human;

/// Several records of a kind, as a heading.
pub fn plural(kind: RecordKind) -> &'static str {
    match kind {
        RecordKind::Contact => "Contacts",
        RecordKind::Deal => "Deals",
        RecordKind::Ticket => "Tickets",
        RecordKind::Task => "Tasks",
        RecordKind::Event => "Events",
        RecordKind::Document => "Documents",
        RecordKind::Campaign => "Campaigns",
        RecordKind::Invoice => "Invoices",
    }
}

/// The record's state, in a word: the first field with a closed list of words that has one.
pub fn state(record: &Record) -> Option<String> {
    fields(record.kind)
        .iter()
        .filter(|field| matches!(field.kind, FieldKind::Choice(_)))
        .find_map(|field| record.data.get(field.name)?.as_str())
        .map(human)
}

/// Up to two facts that tell records of a kind apart: who or what with, how much, when.
pub fn facts(record: &Record) -> Vec<String> {
    let text = |name: &str| {
        let field = fields(record.kind).iter().find(|field| field.name == name)?;
        let text = record_form::text(field.kind, record.data.get(name));
        (!text.is_empty()).then_some(text)
    };
    let amount = |name: &str| {
        let currency = record.data.get("currency").and_then(Value::as_str);
        record.data.get(name).filter(|value| !value.is_null()).map(|value| money::show(value, currency))
    };
    let found = match record.kind {
        RecordKind::Contact => [text("company"), text("email")],
        RecordKind::Deal => [text("company"), amount("value")],
        RecordKind::Ticket => [text("assignee"), text("priority").as_deref().map(human)],
        RecordKind::Task => [text("assignee"), moment(text("dueAt"))],
        RecordKind::Event => [text("location"), moment(text("startsAt"))],
        RecordKind::Document => [text("counterparty"), text("status").as_deref().map(human)],
        RecordKind::Campaign => [text("channel"), amount("budget")],
        RecordKind::Invoice => [text("counterparty"), amount("amount")],
    };
    found.into_iter().flatten().collect()
}

/// A time as a form shows it, as people read it.
fn moment(text: Option<String>) -> Option<String> {
    text.map(|text| format!("{} UTC", text.replace('T', " ")))
}
