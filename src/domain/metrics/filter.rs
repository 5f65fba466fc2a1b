//! What a reader of figures asks for.

use crate::domain::params::given;
use crate::wire_enum;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

/// The longest range.
pub const MAX_DAYS: i64 = 400;

wire_enum! {
    /// A range that ends with today.
    #[derive(Default)]
    pub enum MetricsRange {
        Today = "today",
        #[default]
        Week = "7d",
        Month = "30d",
        Quarter = "90d",
        /// From `from` to `to`.
        Custom = "custom",
    }
}

impl MetricsRange {
    /// How many days, today being one of them.
    pub const fn days(self) -> Option<i64> {
        match self {
            Self::Today => Some(1),
            Self::Week => Some(7),
            Self::Month => Some(30),
            Self::Quarter => Some(90),
            Self::Custom => None,
        }
    }
}

/// Parameters of the figures; empty strings count as absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, IntoParams, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct MetricsFilter {
    /// A department; absent: the whole workspace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    /// `today`, `7d`, `30d`, `90d` or `custom`. Absent: `custom` where `from` is there, else `7d`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub range: Option<String>,
    /// A date in the zone, or an RFC 3339 time at a quarter of an hour; inclusive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// A date, with that day, or an RFC 3339 time at a quarter of an hour, exclusive. Absent: today.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// An IANA zone such as `Europe/Vienna`. Absent: the member's, else UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tz: Option<String>,
    /// `json` (the default), or `csv`: the range by day or hour.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
}

impl MetricsFilter {
    /// What the address of the page says, in one order: name and value of what is given.
    pub fn fields(&self) -> impl Iterator<Item = (&'static str, &str)> {
        [
            ("department", self.department.as_deref()),
            ("range", self.range.as_deref()),
            ("from", self.from.as_deref()),
            ("to", self.to.as_deref()),
            ("tz", self.tz.as_deref()),
            ("format", self.format.as_deref()),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, given(value)?)))
    }

    /// The query that says so, without a question mark.
    pub fn query(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(self.fields()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_query_says_what_is_given() {
        let filter = MetricsFilter {
            department: Some("sales".to_owned()),
            range: Some(String::new()),
            tz: Some("America/New_York".to_owned()),
            ..MetricsFilter::default()
        };
        assert_eq!(filter.query(), "department=sales&tz=America%2FNew_York");
    }
}
