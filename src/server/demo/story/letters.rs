//! The letters that agents write, with names and dates filled in.

use super::customers::Customer;
use crate::server::demo::dice::Dice;

pub const SIGNED: &str = "Kind regards\nHalden Instruments";

/// Subject and text of a sales letter about a deal.
pub fn sales(to: &Customer, product: &str, what: &str, day: &str, dice: &mut Dice) -> (String, String) {
    let dear = to.dear();
    let (subject, text) = match dice.below(8) {
        0 => (
            format!("Your quote for the {product}"),
            format!("thank you for your time on the phone. As agreed, here is our quote for the {product} ({what}), delivery included, valid for 30 days.\n\nIf a date in the week of {day} suits you for a short demo, tell me and I bring one along."),
        ),
        1 => (
            format!("{product}: answers to your three questions"),
            "you asked about noise, power and the footprint. At one metre it is 47 dB(A); a normal 230 V socket is enough; and it passes a door of 80 cm.\n\nIs there anything else that would help you decide?".to_owned(),
        ),
        2 => (
            format!("Following up on the {product}"),
            format!("two weeks ago we sent you a quote. I would be glad to hear whether it reached you, and whether the delivery time still fits.\n\nI am in your area on {day} and could come by for half an hour."),
        ),
        3 => (
            format!("Delivery date for your {product}"),
            format!("good news: the {what} can leave our warehouse on {day} if the order is with us two days before.\n\nShall I reserve it for you? A reservation costs nothing and lapses by itself."),
        ),
        4 => (
            format!("Revised quote: {product} with service plan"),
            format!("as you asked, here is the {product} together with two years of Service Plus. The plan covers one visit a year, parts at cost and a loan unit within one working day."),
        ),
        5 => (
            format!("References for the {product}"),
            format!("you wanted to speak with laboratories that use the {what}. Two have agreed to a call: a university core facility and a hospital. I can introduce you as soon as you name a day, for example {day}."),
        ),
        6 => (
            format!("Trade-in offer for your old {what}"),
            format!("we take back your present instrument when the {product} arrives and credit it on the invoice. The amount depends on age and state; four photographs are enough for an estimate."),
        ),
        _ => (
            "Documents for your purchasing department".to_owned(),
            format!("attached are the declaration of conformity, the data sheet of the {product} and our bank details, as your purchasing department asked.\n\nThe framework conditions of last year still apply."),
        ),
    };
    (subject, format!("{dear},\n\n{text}\n\n{SIGNED}"))
}

/// Text of a support letter.
pub fn answer(to: &Customer, answer: &str) -> String {
    format!(
        "{},\n\nthank you for your message. {answer}\n\nIf anything is unclear, just reply to this e-mail.\n\nKind regards\nHalden Instruments Support",
        to.dear()
    )
}
