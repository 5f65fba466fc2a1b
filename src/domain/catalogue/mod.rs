//! The catalogue of action types.

use crate::wire_enum;

wire_enum! {
    pub enum Reversibility {
        /// Countersign can put it back.
        Reversible = "reversible",
        /// A person can put it right, with effort.
        Correctable = "correctable",
        Irreversible = "irreversible",
    }
}

wire_enum! {
    pub enum Executor {
        /// Changes our own database in one transaction with the outcome.
        Builtin = "builtin",
        Mail = "mail",
        Webhook = "webhook",
        /// An external agent claims it once and reports.
        Agent = "agent",
    }
}
