//! What a list of approvals asks for: read from its filter, and written as the query of its address in one way, so
//! that equal filters have equal text.

use super::approval::{ApprovalFilter, ApprovalSort, ApprovalStatus};
use super::ids::{AgentId, TeamId};
use super::outcome::OutcomeStatus;
use super::params::{given, parsed, words_of};
use super::risk::RiskLevel;
use super::snooze::SnoozedToo;
use super::text::reveal_text;
use super::workspace::Department;
use super::{AppError, AppResult, FieldError};
use validator::Validate;

/// Longest query that is kept, in bytes.
pub const MAX_QUERY: usize = 4_000;
/// The furthest deadline that can be asked for, in seconds: a year.
const MAX_WITHIN: i64 = 31_536_000;

/// A filter as it is meant, wherever its page begins. `None`: no such condition.
#[derive(Clone, Debug, PartialEq)]
pub struct ApprovalCriteria {
    /// `None`: every status.
    pub status: Option<ApprovalStatus>,
    pub risk: Option<RiskLevel>,
    pub team: Option<TeamId>,
    pub agent: Option<AgentId>,
    pub action_type: Option<String>,
    pub department: Option<Department>,
    /// With one space between words.
    pub q: Option<String>,
    /// Seconds until the deadline.
    pub expiring_within: Option<i64>,
    pub outcome: Option<OutcomeStatus>,
    pub external_ref: Option<String>,
    /// `None`: without what the asking member put aside.
    pub snoozed: Option<SnoozedToo>,
    pub sort: ApprovalSort,
}

impl ApprovalCriteria {
    /// Reads a filter. What is wrong with it is noted at the parameters' names.
    pub fn read(filter: &ApprovalFilter, errors: &mut Vec<FieldError>) -> Self {
        let status = match given(filter.status.as_deref()) {
            Some("all") => None,
            None => Some(ApprovalStatus::Pending),
            some => parsed("status", some, errors),
        };
        let expiring_within: Option<i64> =
            parsed("expiringWithin", filter.expiring_within.as_deref(), errors);
        if expiring_within.is_some_and(|seconds| !(0..=MAX_WITHIN).contains(&seconds)) {
            errors.push(FieldError::new(
                "expiringWithin",
                format!("must be between 0 and {MAX_WITHIN} seconds"),
            ));
        }
        Self {
            status,
            risk: parsed("riskLevel", filter.risk_level.as_deref(), errors),
            team: parsed("teamId", filter.team_id.as_deref(), errors),
            agent: parsed("agentId", filter.agent_id.as_deref(), errors),
            action_type: words_of("actionType", filter.action_type.as_deref(), errors),
            department: parsed("department", filter.department.as_deref(), errors),
            q: given(filter.q.as_deref()).map(|q| q.split_whitespace().collect::<Vec<_>>().join(" ")),
            expiring_within,
            outcome: parsed("outcome", filter.outcome.as_deref(), errors),
            external_ref: words_of("externalRef", filter.external_ref.as_deref(), errors),
            snoozed: parsed("snoozed", filter.snoozed.as_deref(), errors),
            sort: parsed("sort", filter.sort.as_deref(), errors).unwrap_or(ApprovalSort::ExpiresAt),
        }
    }
}

/// What stands for itself when absent stays out.
impl From<ApprovalCriteria> for ApprovalFilter {
    fn from(meant: ApprovalCriteria) -> Self {
        Self {
            status: match meant.status {
                Some(ApprovalStatus::Pending) => None,
                Some(status) => Some(status.to_string()),
                None => Some("all".to_owned()),
            },
            risk_level: meant.risk.map(|risk| risk.to_string()),
            team_id: meant.team.map(|team| team.to_string()),
            agent_id: meant.agent.map(|agent| agent.to_string()),
            action_type: meant.action_type,
            department: meant.department.map(|department| department.to_string()),
            q: meant.q,
            expiring_within: meant.expiring_within.map(|seconds| seconds.to_string()),
            outcome: meant.outcome.map(|outcome| outcome.to_string()),
            external_ref: meant.external_ref,
            snoozed: meant.snoozed.map(|snoozed| snoozed.to_string()),
            sort: (meant.sort != ApprovalSort::ExpiresAt).then(|| meant.sort.to_string()),
            limit: None,
            cursor: None,
        }
    }
}

impl ApprovalFilter {
    /// Everything that says what is listed, in the order of every address: neither where a page begins nor its size.
    pub fn fields(&self) -> [(&'static str, Option<&str>); 12] {
        [
            ("status", self.status.as_deref()),
            ("q", self.q.as_deref()),
            ("riskLevel", self.risk_level.as_deref()),
            ("teamId", self.team_id.as_deref()),
            ("agentId", self.agent_id.as_deref()),
            ("department", self.department.as_deref()),
            ("actionType", self.action_type.as_deref()),
            ("expiringWithin", self.expiring_within.as_deref()),
            ("outcome", self.outcome.as_deref()),
            ("externalRef", self.external_ref.as_deref()),
            ("snoozed", self.snoozed.as_deref()),
            ("sort", self.sort.as_deref()),
        ]
    }

    fn field(&mut self, name: &str) -> Option<&mut Option<String>> {
        Some(match name {
            "status" => &mut self.status,
            "q" => &mut self.q,
            "riskLevel" => &mut self.risk_level,
            "teamId" => &mut self.team_id,
            "agentId" => &mut self.agent_id,
            "department" => &mut self.department,
            "actionType" => &mut self.action_type,
            "expiringWithin" => &mut self.expiring_within,
            "outcome" => &mut self.outcome,
            "externalRef" => &mut self.external_ref,
            "snoozed" => &mut self.snoozed,
            "sort" => &mut self.sort,
            "limit" => &mut self.limit,
            "cursor" => &mut self.cursor,
            _ => return None,
        })
    }
}

/// The query of a list's address, such as `riskLevel=high&sort=risk`, written in the one way that its filter has:
/// without defaults, in the order of [`ApprovalFilter::fields`]. `cursor` and `limit` are dropped: they say which page
/// somebody looked at, not what is listed.
///
/// # Errors
/// [`AppError::Invalid`] at `/query/<parameter>` for a value that the list would refuse, and at `/query` for a name
/// that it does not know or that stands there twice, and for more than [`MAX_QUERY`].
pub fn canonical_query(query: &str) -> AppResult<String> {
    let mut errors = Vec::new();
    let mut filter = ApprovalFilter::default();
    for (name, value) in form_urlencoded::parse(query.strip_prefix('?').unwrap_or(query).as_bytes()) {
        match filter.field(&name) {
            Some(field) if field.is_some() => {
                errors.push(FieldError::new("", format!("gives {name} more than once")));
            }
            Some(field) => *field = Some(value.into_owned()),
            None => {
                let shown: String = reveal_text(&name).chars().take(40).collect();
                errors
                    .push(FieldError::new("", format!("names \"{shown}\", which is no filter of the list")));
            }
        }
    }
    if let Err(found) = filter.validate() {
        errors.extend_from_slice(AppError::from(found).errors());
    }
    let filter = ApprovalFilter::from(ApprovalCriteria::read(&filter, &mut errors));
    let mut text = form_urlencoded::Serializer::new(String::new());
    text.extend_pairs(filter.fields().into_iter().filter_map(|(name, value)| Some((name, value?))));
    let text = text.finish();
    if errors.is_empty() && text.len() > MAX_QUERY {
        errors.push(FieldError::new("", format!("must be at most {MAX_QUERY} bytes")));
    }
    if errors.is_empty() { Ok(text) } else { Err(AppError::Invalid { errors: at_query(errors) }) }
}

/// A parameter's name stands below the field that holds the query.
fn at_query(errors: Vec<FieldError>) -> Vec<FieldError> {
    let place = |pointer: &str| match pointer.trim_start_matches('/') {
        "" => "/query".to_owned(),
        name => format!("/query/{name}"),
    };
    errors.into_iter().map(|fault| FieldError::new(place(&fault.pointer), fault.detail)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn equal_filters_have_equal_text() {
        for (query, text) in [
            ("", ""),
            ("?", ""),
            ("&&", ""),
            ("riskLevel=&q=+&sort=", ""),
            ("status=pending&sort=expires_at", ""),
            ("status=all", "status=all"),
            ("sort=risk&riskLevel=high", "riskLevel=high&sort=risk"),
            ("?riskLevel=high&sort=risk&cursor=WzFd&limit=25", "riskLevel=high&sort=risk"),
            ("limit=none&cursor=of+ours", ""),
            ("q=%20north%20%20wind%0A", "q=north+wind"),
            ("q=a+%26+b%3D", "q=a+%26+b%3D"),
            ("q=Łódź", "q=%C5%81%C3%B3d%C5%BA"),
            ("expiringWithin=%2B03600", "expiringWithin=3600"),
            ("teamId=019523E0000070008000000000000001", "teamId=019523e0-0000-7000-8000-000000000001"),
            ("%72iskLevel=%6Cow", "riskLevel=low"),
            // As every browser reads it.
            ("q=%FF%zz", "q=%EF%BF%BD%25zz"),
        ] {
            assert_eq!(canonical_query(query).as_deref(), Ok(text), "{query}");
        }
    }

    #[test]
    fn what_the_list_would_refuse_is_refused_at_its_place() {
        let long = format!("q={}", "x".repeat(201));
        let longer = format!("actionType={}", "x".repeat(MAX_QUERY));
        for (query, at) in [
            ("riskLevel=purple", "/query/riskLevel"),
            ("sort=risk&status=gone", "/query/status"),
            ("sort=name", "/query/sort"),
            ("teamId=7", "/query/teamId"),
            ("agentId=x", "/query/agentId"),
            ("department=war", "/query/department"),
            ("outcome=maybe", "/query/outcome"),
            ("expiringWithin=soon", "/query/expiringWithin"),
            ("expiringWithin=-1", "/query/expiringWithin"),
            ("expiringWithin=99999999999999999999", "/query/expiringWithin"),
            ("actionType=a%00b", "/query/actionType"),
            ("externalRef=%00", "/query/externalRef"),
            (long.as_str(), "/query/q"),
            (longer.as_str(), "/query"),
            ("colour=red", "/query"),
            ("RiskLevel=high", "/query"),
            ("riskLevel=high&riskLevel=high", "/query"),
            ("%FF=high", "/query"),
            ("a\u{202e}b", "/query"),
            ("'; DROP TABLE users; --", "/query"),
            ("<script>alert(1)</script>", "/query"),
        ] {
            let refused = canonical_query(query).unwrap_err();
            assert_eq!(refused.errors()[0].pointer, at, "{query}: {refused:?}");
        }
    }

    #[test]
    fn a_name_that_hides_is_shown() {
        let refused = canonical_query("a%E2%80%AEb=1").unwrap_err();
        assert_eq!(refused.errors()[0].detail, "names \"a[U+202E]b\", which is no filter of the list");
    }

    type Pairs = Vec<(&'static str, String)>;

    fn queries() -> impl Strategy<Value = Pairs> {
        let one_of = |words: &'static [&'static str]| prop::sample::select(words).prop_map(str::to_owned);
        let id = any::<u128>().prop_map(|id| uuid::Uuid::from_u128(id).to_string());
        (
            prop::option::of(one_of(&["pending", "approved", "all", "auto_approved"])),
            prop::option::of("\\PC{0,40}"),
            prop::option::of(one_of(&["low", "critical", ""])),
            prop::option::of(id),
            prop::option::of("[a-z_.&=%+ ]{0,20}"),
            prop::option::of((0..=MAX_WITHIN).prop_map(|seconds| seconds.to_string())),
            prop::option::of(one_of(&["expires_at", "created_at", "risk"])),
        )
            .prop_map(|(status, q, risk, team, kind, within, sort)| {
                [
                    ("status", status),
                    ("q", q),
                    ("riskLevel", risk),
                    ("teamId", team),
                    ("actionType", kind),
                    ("expiringWithin", within),
                    ("sort", sort),
                ]
                .into_iter()
                .filter_map(|(name, value)| Some((name, value?)))
                .collect()
            })
    }

    fn two_orders() -> impl Strategy<Value = (Pairs, Pairs)> {
        queries().prop_flat_map(|pairs| (Just(pairs.clone()), Just(pairs).prop_shuffle()))
    }

    fn written(pairs: &[(&'static str, String)]) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
    }

    proptest! {
        #[test]
        fn order_changes_nothing_and_a_second_time_changes_nothing((sorted, shuffled) in two_orders()) {
            let text = canonical_query(&written(&sorted)).unwrap();
            prop_assert_eq!(&canonical_query(&written(&shuffled)).unwrap(), &text);
            prop_assert_eq!(&canonical_query(&text).unwrap(), &text);
            prop_assert!(text.bytes().all(|b| b.is_ascii_graphic()), "{}", text);
        }

        #[test]
        fn any_text_is_read_or_refused(query in "\\PC{0,200}") {
            if let Ok(text) = canonical_query(&query) {
                prop_assert_eq!(canonical_query(&text), Ok(text));
            }
        }
    }
}
