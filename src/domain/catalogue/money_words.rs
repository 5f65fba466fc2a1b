//! Which keys name money, and which values are an amount that is not zero. Doubt counts as money: the cost of a
//! needless question is small, and a hidden payment is not.

use serde_json::Value;

/// Words that name money wherever they stand in a key.
const ALWAYS: &[&str] = &["amount", "price", "cost", "fee", "payment", "refund", "budget", "salary", "money"];
/// Words that name money where they end a key (`dealValue`, but not `valueDate` or `totalItems`).
const AT_THE_END: &[&str] = &["value", "total", "sum", "balance", "credit", "debit", "charge", "payout"];
/// What may stand after digits or before them in an amount: powers, beside the three letters of a currency.
const MAGNITUDES: &[&str] = &["e", "k", "m", "bn", "mn", "mio", "mrd", "tsd"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Names {
    Nothing,
    /// Money if the value reads as an amount.
    Perhaps,
    Money,
}

pub(super) fn names_money(key: &str) -> Names {
    let words = words(key);
    let singular = |word: &String| word.strip_suffix('s').unwrap_or(word).to_owned();
    if words.iter().any(|word| ALWAYS.contains(&singular(word).as_str())) {
        Names::Money
    } else if words.last().is_some_and(|word| AT_THE_END.contains(&singular(word).as_str())) {
        Names::Perhaps
    } else {
        Names::Nothing
    }
}

/// The words of a key, lower-case: `unitPrice`, `unit_price`, `UNIT-PRICE` and `unit price` are the same two.
pub(super) fn words(key: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut previous_lower = false;
    for c in key.chars() {
        if !c.is_alphanumeric() {
            if c.is_whitespace() || c.is_ascii_punctuation() {
                words.push(String::new());
            }
            previous_lower = false;
            continue;
        }
        if c.is_uppercase() && previous_lower {
            words.push(String::new());
        }
        previous_lower = !c.is_uppercase();
        if let Some(word) = words.last_mut() {
            word.extend(c.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Whether a value under a key that names money is an amount other than zero, at any depth.
pub(super) fn is_amount(value: &Value, names: Names) -> bool {
    match value {
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => match names {
            Names::Nothing => false,
            Names::Money => has_digit(text),
            Names::Perhaps => has_digit(text) && reads_as_amount(text),
        },
        Value::Array(items) => items.iter().any(|item| is_amount(item, names)),
        Value::Object(map) => map.values().any(|item| is_amount(item, names)),
        Value::Null | Value::Bool(_) => false,
    }
}

/// Any digit of any script but zero.
fn has_digit(text: &str) -> bool {
    text.chars().any(|c| c.is_numeric() && c != '0')
}

/// Digits with signs, separators, currency marks, and at most a currency's code or a magnitude in letters.
/// A date and an id are no amounts.
fn reads_as_amount(text: &str) -> bool {
    let letters: String = text.chars().filter(|c| c.is_alphabetic()).flat_map(char::to_lowercase).collect();
    !starts_with_date(text)
        && (letters.is_empty() || letters.chars().count() == 3 || MAGNITUDES.contains(&letters.as_str()))
}

/// `2026-01-31`, alone or before a time.
fn starts_with_date(text: &str) -> bool {
    let shape = |(index, byte): (usize, u8)| match index {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    };
    let (start, rest) = text.as_bytes().split_at(text.len().min(10));
    start.len() == 10
        && start.iter().copied().enumerate().all(shape)
        && rest.first().is_none_or(|byte| matches!(byte, b'T' | b't' | b' '))
}
