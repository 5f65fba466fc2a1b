//! The use of models in words.

use crate::domain::model::Provider;

/// Who made the protocol that a model is reached by.
pub fn provider(of: Provider) -> &'static str {
    match of {
        Provider::OpenAi => "OpenAI, or who speaks as it does",
        Provider::Anthropic => "Anthropic",
        Provider::Gemini => "Gemini",
        Provider::Ollama => "Ollama",
    }
}

/// A whole number with its thousands apart: "1,234,567".
pub fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if number < 0 {
        text.push('−');
    }
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Millionths of a US dollar as dollars, with two to four decimals: "$0.0123". Little is not nothing.
pub fn dollars(micros: i64) -> String {
    let micros = micros.max(0);
    if (1..100).contains(&micros) {
        return "under $0.0001".to_owned();
    }
    // To the nearest hundredth of a cent.
    let rounded = micros.saturating_add(50) / 100;
    let text = format!("${}.{:04}", grouped(rounded / 10_000), rounded % 10_000);
    cents_kept(&text).to_owned()
}

/// What a million tokens cost.
pub fn price(dollars: Option<f64>) -> String {
    match dollars {
        Some(dollars) if dollars > 0.0 => cents_kept(&format!("${dollars:.4}")).to_owned(),
        Some(_) | None => "Free".to_owned(),
    }
}

/// Without the noughts at the end of four decimals, but for the first two decimals.
fn cents_kept(text: &str) -> &str {
    match text.strip_suffix("00") {
        Some(cents) => cents,
        None => text.strip_suffix('0').unwrap_or(text),
    }
}

/// How long something took: "480 ms", "1.2 s", "1 min 5 s".
pub fn took(milliseconds: i64) -> String {
    match milliseconds.max(0) {
        short if short < 1_000 => format!("{short} ms"),
        some if some < 60_000 => format!("{}.{} s", some / 1_000, some % 1_000 / 100),
        long => format!("{} min {} s", grouped(long / 60_000), long % 60_000 / 1_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        for (number, words) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (12_345, "12,345"),
            (1_234_567, "1,234,567"),
            (-1_000, "−1,000"),
        ] {
            assert_eq!(grouped(number), words);
        }
    }

    #[test]
    fn costs_have_two_to_four_decimals() {
        for (micros, words) in [
            (0, "$0.00"),
            (1, "under $0.0001"),
            (99, "under $0.0001"),
            (100, "$0.0001"),
            (12_345, "$0.0123"),
            (12_350, "$0.0124"),
            (120_000, "$0.12"),
            (125_000, "$0.125"),
            (5_000_000, "$5.00"),
            (1_234_500_000, "$1,234.50"),
        ] {
            assert_eq!(dollars(micros), words, "{micros}");
        }
    }

    #[test]
    fn prices_are_said_as_they_are() {
        let said = [(None, "Free"), (Some(0.0), "Free"), (Some(3.0), "$3.00"), (Some(0.075), "$0.075")];
        for (dollars, words) in said {
            assert_eq!(price(dollars), words);
        }
    }

    #[test]
    fn spans_fit_their_length() {
        for (milliseconds, words) in
            [(-1, "0 ms"), (480, "480 ms"), (1_250, "1.2 s"), (59_999, "59.9 s"), (65_400, "1 min 5 s")]
        {
            assert_eq!(took(milliseconds), words);
        }
    }
}
