//! How much an action can harm.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Declares an enum whose variants have one stable wire name, used by JSON, the database and CHECK constraints alike.
#[macro_export]
macro_rules! wire_enum {
    ($(#[$meta:meta])* $vis:vis enum $name:ident { $($(#[$vmeta:meta])* $variant:ident = $wire:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        $vis enum $name { $($(#[$vmeta])* #[serde(rename = $wire)] $variant),+ }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The wire name.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $wire),+ }
            }
        }

        // By hand: utoipa's derive does not see a name that comes through this macro.
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .enum_values(Some([$($wire),+]))
                    .build()
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {}

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::domain::AppError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($wire => Ok(Self::$variant),)+
                    _ => Err($crate::domain::error::unknown_name(text, &[$($wire),+])),
                }
            }
        }
    };
}

wire_enum! {
    pub enum RiskLevel {
        Low = "low",
        Medium = "medium",
        High = "high",
        Critical = "critical",
    }
}

impl RiskLevel {
    /// One level up; `Critical` stays.
    pub const fn raised(self) -> Self {
        match self {
            Self::Low => Self::Medium,
            Self::Medium => Self::High,
            Self::High | Self::Critical => Self::Critical,
        }
    }

    /// High and critical: the data is shown whole before a person approves.
    pub const fn is_armed(self) -> bool {
        !self.is_held()
    }

    /// Low and medium decisions are held for a while and can be undone.
    pub const fn is_held(self) -> bool {
        matches!(self, Self::Low | Self::Medium)
    }
}

/// A risk with every reason for it, as text that a reviewer reads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Risk {
    pub level: RiskLevel,
    pub reasons: Vec<String>,
}

impl Risk {
    pub fn new(level: RiskLevel, reason: impl Into<String>) -> Self {
        Self { level, reasons: vec![reason.into()] }
    }

    /// Raises to at least `level`, never lowers; the reason is kept either way, because it is true either way.
    pub fn at_least(&mut self, level: RiskLevel, reason: impl Into<String>) {
        self.level = self.level.max(level);
        self.reasons.push(reason.into());
    }
}
