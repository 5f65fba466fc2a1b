//! Amounts of money: decimal strings, or integers of the currency's minor unit; never floats.

use serde_json::Value;

/// Whether a text is an amount: `^-?[0-9]{1,15}(\.[0-9]{1,4})?$`, as the schemas of the catalogue have it.
pub fn is_amount(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    let digits =
        |part: &str, max: usize| (1..=max).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    digits(whole, 15) && fraction.is_none_or(|fraction| digits(fraction, 4))
}

/// Whether a text has the shape of an ISO 4217 code: three capitals. The list of codes changes; the shape does not.
pub fn is_currency(text: &str) -> bool {
    text.len() == 3 && text.bytes().all(|b| b.is_ascii_uppercase())
}

/// Decimals of a currency (ISO 4217, minor unit), for the currencies that do not have two.
pub fn decimals(currency: &str) -> usize {
    match currency {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "UYI"
        | "VND" | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        "CLF" | "UYW" => 4,
        _ => 2,
    }
}

/// An integer, also where JSON wrote it as `1.0`: both are the same number to RFC 8785 and to JSON Schema.
pub fn integer(value: &Value) -> Option<i64> {
    let whole = |f: f64| (f.fract() == 0.0 && f.abs() <= 9_007_199_254_740_991.0).then_some(f as i64);
    value.as_i64().or_else(|| value.as_f64().and_then(whole))
}

/// The amount as a decimal string: a text as it is, an integer of minor units with the decimals of `currency`.
/// `None` where the value is no amount.
pub fn decimal(value: &Value, currency: &str) -> Option<String> {
    if let Value::String(text) = value {
        return is_amount(text).then(|| text.clone());
    }
    let minor = integer(value)?;
    let places = decimals(currency);
    let digits = format!("{:0>width$}", minor.unsigned_abs(), width = places + 1);
    let sign = if minor < 0 { "-" } else { "" };
    let (whole, fraction) = digits.split_at(digits.len() - places);
    Some(if places == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") })
}

/// An amount for people: `4,000.00 EUR`. What is no amount is shown as it is, so that nothing looks cleaner than
/// what would be executed.
pub fn show(value: &Value, currency: Option<&str>) -> String {
    let code = currency.filter(|code| !code.is_empty());
    let suffix = code.map(|code| format!(" {code}")).unwrap_or_default();
    match decimal(value, code.unwrap_or_default()) {
        Some(_) if code.is_none() && !value.is_string() => format!("{value} in minor units"),
        Some(text) => format!("{}{suffix}", grouped(&text, decimals(code.unwrap_or_default()))),
        None => match value {
            Value::String(text) => format!("{text}{suffix}"),
            other => format!("{other}{suffix}"),
        },
    }
}

/// Groups thousands with commas and fills up to `places` decimals.
fn grouped(text: &str, places: usize) -> String {
    let (sign, text) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let mut out = String::from(sign);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if places.max(fraction.len()) > 0 {
        out.push('.');
        out.push_str(&format!("{fraction:0<places$}"));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn amounts_are_read_and_shown() {
        for (value, currency, stored, shown) in [
            (json!("4000"), "EUR", Some("4000"), "4,000.00 EUR"),
            (json!("4000.5"), "EUR", Some("4000.5"), "4,000.50 EUR"),
            (json!("0.1234"), "USD", Some("0.1234"), "0.1234 USD"),
            (json!("-1234567.00"), "USD", Some("-1234567.00"), "-1,234,567.00 USD"),
            (json!(400_000), "EUR", Some("4000.00"), "4,000.00 EUR"),
            (json!(5), "EUR", Some("0.05"), "0.05 EUR"),
            (json!(-5), "EUR", Some("-0.05"), "-0.05 EUR"),
            (json!(5.0), "EUR", Some("0.05"), "0.05 EUR"),
            (json!(4000), "JPY", Some("4000"), "4,000 JPY"),
            (json!(4000), "KWD", Some("4.000"), "4.000 KWD"),
            (json!("4 000"), "EUR", None, "4 000 EUR"),
            (json!("+4"), "EUR", None, "+4 EUR"),
            (json!(4.5), "EUR", None, "4.5 EUR"),
            (json!(null), "EUR", None, "null EUR"),
        ] {
            assert_eq!(decimal(&value, currency).as_deref(), stored, "{value}");
            assert_eq!(show(&value, Some(currency)), shown, "{value}");
        }
        assert_eq!(show(&json!("12"), None), "12.00");
        assert_eq!(show(&json!(12), None), "12 in minor units");
    }

    #[test]
    fn the_check_is_the_pattern() {
        for (text, good) in [
            ("0", true),
            ("-1.5", true),
            ("123456789012345.1234", true),
            ("1234567890123456", false),
            ("1.12345", false),
            ("1.", false),
            (".5", false),
            ("--1", false),
            ("1,5", false),
            ("١", false),
            ("", false),
            ("-", false),
        ] {
            assert_eq!(is_amount(text), good, "{text}");
        }
        assert!(is_currency("EUR") && !is_currency("eur") && !is_currency("EURO") && !is_currency("ÉU"));
    }
}
