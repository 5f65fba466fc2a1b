//! Risk, raised by what the data shows and never lowered (DESIGN.md, The gate, 1).

use super::money_words::{self, Names};
use crate::domain::canonical::Data;
use crate::domain::risk::{Risk, RiskLevel};
use serde_json::{Map, Value};

/// More items than this in one list, or more recipients, raise the risk by a level.
pub const MANY: usize = 10;

/// What the catalogue and the workspace say about an action type.
#[derive(Clone, Copy, Debug)]
pub struct RiskPolicy<'a> {
    /// From the catalogue, or as the workspace has re-classed it.
    pub base: RiskLevel,
    pub reclassed: bool,
    /// The type exists in the catalogue or in the workspace.
    pub known: bool,
    /// Mail domains of the organisation. Empty: every address is external.
    pub internal_domains: &'a [String],
}

/// The risk of an action with every reason for it, in words for a reviewer. Never below `policy.base`.
pub fn assess(action_type: &str, data: &Data, policy: &RiskPolicy<'_>) -> Risk {
    let level = policy.base;
    let mut risk = if policy.reclassed {
        Risk::new(level, format!("This workspace classes {action_type} as {level} risk."))
    } else {
        Risk::new(level, format!("{action_type} is {level} risk by nature."))
    };
    if !policy.known {
        let reason = format!("Nobody has registered {action_type}, so it counts as at least high risk.");
        risk.at_least(RiskLevel::High, reason);
    }
    let builtin = super::find(action_type);
    let mut seen = Seen { custom: builtin.is_none(), ..Seen::default() };
    seen.map(data.as_map(), false);
    if let Some(reason) = seen.many() {
        risk.at_least(risk.level.raised(), reason);
    }
    if let Some(reason) = external(&seen.recipients, policy.internal_domains) {
        risk.at_least(RiskLevel::High, reason);
    }
    if deletes(action_type) {
        risk.at_least(RiskLevel::High, "It deletes data.");
    }
    let fields = builtin.map_or(&[][..], |spec| spec.money_fields);
    if let Some(key) = money(data.as_map(), fields, builtin.is_some()) {
        risk.at_least(RiskLevel::Critical, format!("It is about money: \"{}\" is an amount.", shorten(&key)));
    }
    risk
}

/// What a walk over the data finds.
#[derive(Default)]
struct Seen {
    /// A type whose keys nobody here has named: an address under `email` counts as a recipient as well.
    custom: bool,
    /// The longest list and its key.
    longest: (String, usize),
    recipients: Vec<String>,
}

impl Seen {
    fn map(&mut self, map: &Map<String, Value>, receives: bool) {
        // `{"field": "attendees", "value": [...]}` names recipients under another name.
        let field = map.get("field").and_then(Value::as_str).is_some_and(|f| names_recipient(f, self.custom));
        for (key, value) in map {
            let receives = receives || names_recipient(key, self.custom) || (field && key == "value");
            if receives {
                self.address(key);
            }
            self.value(key, value, receives);
        }
    }

    fn value(&mut self, key: &str, value: &Value, receives: bool) {
        match value {
            Value::Array(items) => {
                if items.len() > self.longest.1 {
                    self.longest = (key.to_owned(), items.len());
                }
                items.iter().for_each(|item| self.value(key, item, receives));
            }
            Value::Object(map) => self.map(map, receives),
            Value::String(text) if receives => self.address(text),
            _ => {}
        }
    }

    /// Every address in a text, which may hold several: `Ada <ada@a.example>, b@b.example`.
    fn address(&mut self, text: &str) {
        let parts = text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '<' | '>' | '"'));
        self.recipients.extend(parts.filter(|part| part.contains(AT)).map(str::to_owned));
    }

    fn many(&self) -> Option<String> {
        let (key, items) = &self.longest;
        if self.recipients.len() > MANY {
            Some(format!("It has {} recipients, more than {MANY}.", self.recipients.len()))
        } else if *items > MANY {
            Some(format!("\"{}\" has {items} items, more than {MANY}.", shorten(key)))
        } else {
            None
        }
    }
}

/// The sign of an address, and its wide and small forms, which some systems read as the same.
const AT: [char; 3] = ['@', '\u{ff20}', '\u{fe6b}'];

const RECIPIENTS: &[&str] = &[
    "to",
    "cc",
    "bcc",
    "attendee",
    "attendees",
    "recipient",
    "recipients",
    "participant",
    "participants",
    "invitee",
    "invitees",
    "guest",
    "guests",
    "addressee",
    "addressees",
    "sendto",
    "mailto",
    "emailto",
];

fn names_recipient(key: &str, custom: bool) -> bool {
    let words = money_words::words(key);
    let is = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let plain = is(RECIPIENTS);
    let loose = custom && is(&["email", "emails", "mail", "mails", "address", "addresses"]);
    (plain || loose) && !is(&["reply", "replyto", "from"])
}

fn external(recipients: &[String], internal: &[String]) -> Option<String> {
    let outside: Vec<_> = recipients.iter().filter(|address| !is_internal(address, internal)).collect();
    let shown = outside.iter().take(3).map(|address| shorten(address)).collect::<Vec<_>>().join(", ");
    match outside.len() {
        0 => None,
        1 => Some(format!("{shown} is outside the organisation.")),
        n if n <= 3 => Some(format!("{shown} are outside the organisation.")),
        n => Some(format!("{shown} and {} more are outside the organisation.", n - 3)),
    }
}

/// One address with a domain of ours. What is not plainly one address is external.
fn is_internal(address: &str, internal: &[String]) -> bool {
    let Some((_, domain)) = address.split_once(AT) else {
        return false;
    };
    let domain = domain.trim_end_matches(['.', ')', '\'']);
    internal.iter().any(|ours| ours.trim_start_matches('@').eq_ignore_ascii_case(domain))
}

fn deletes(action_type: &str) -> bool {
    let name = action_type.to_ascii_lowercase();
    name.contains("delet")
        || name.split(['_', '.']).any(|word| matches!(word, "erase" | "purge" | "destroy" | "wipe"))
}

/// The key of an amount of money that is not zero. In a built-in type a top-level `value` or `total` is money only
/// where the catalogue says so; everywhere else the key's name decides.
fn money(map: &Map<String, Value>, fields: &[&str], builtin: bool) -> Option<String> {
    let named = map.get("field").and_then(Value::as_str).map_or(Names::Nothing, money_words::names_money);
    for (key, value) in map {
        let names = match money_words::names_money(key) {
            _ if fields.contains(&key.as_str()) => Names::Money,
            // `{"field": "amount", "value": "4000"}` sets money under another name.
            Names::Perhaps if key == "value" && named != Names::Nothing => named,
            Names::Perhaps if builtin => Names::Nothing,
            names => names,
        };
        if names != Names::Nothing && money_words::is_amount(value, names) {
            return Some(key.clone());
        }
        if let Some(inner) = money_inside(value) {
            return Some(inner);
        }
    }
    None
}

fn money_inside(value: &Value) -> Option<String> {
    match value {
        Value::Object(map) => money(map, &[], false),
        Value::Array(items) => items.iter().find_map(money_inside),
        _ => None,
    }
}

fn shorten(text: &str) -> String {
    text.chars().take(80).collect()
}
