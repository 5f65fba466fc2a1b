//! The rules of memory by example and by property.

use super::*;
use crate::domain::AppError;
use crate::domain::approval::ActorKind;
use chrono::TimeDelta;
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;
use validator::Validate;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_780_000_000, 0).unwrap()
}

fn new(mut extra: Value) -> NewMemory {
    if extra.get("content").is_none() {
        extra["content"] = json!("Ada prefers mail");
    }
    serde_json::from_value(extra).unwrap()
}

fn memory(visibility: MemoryVisibility, team: Option<TeamId>) -> Memory {
    Memory {
        id: MemoryId(Uuid::nil()),
        tier: MemoryTier::ShortTerm,
        category: MemoryCategory::Context,
        visibility,
        team_id: team,
        team_name: None,
        agent_id: Some(AgentId(Uuid::from_u128(7))),
        agent_name: None,
        workflow_execution_id: None,
        content: String::new(),
        tags: Vec::new(),
        importance: 50,
        created_by: ActorRef { kind: ActorKind::System, id: Uuid::nil(), name: String::new() },
        read_count: 0,
        last_read_at: None,
        expires_at: None,
        version: 1,
        created_at: now(),
        updated_at: now(),
    }
}

fn pointer(refused: impl Into<AppError>) -> String {
    refused.into().errors()[0].pointer.clone()
}

#[test]
fn an_input_says_something_in_bounds() {
    let tags = |count: usize| (0..count).map(|n| format!("tag {n}")).collect::<Vec<_>>();
    for good in [
        json!({}),
        json!({"content": "a".repeat(20_000), "importance": 0, "tags": tags(20)}),
        json!({"content": "\u{202e}reversed\u{200b}", "importance": 100, "tags": ["ä".repeat(40)]}),
    ] {
        assert!(new(good.clone()).validate().is_ok(), "{good}");
    }
    for (bad, at) in [
        (json!({"content": ""}), "/content"),
        (json!({"content": " \n\t"}), "/content"),
        (json!({"content": "a\0b"}), "/content"),
        (json!({"content": "ä".repeat(20_001)}), "/content"),
        (json!({"importance": -1}), "/importance"),
        (json!({"importance": 101}), "/importance"),
        (json!({"tags": tags(21)}), "/tags"),
        (json!({"tags": [""]}), "/tags"),
        (json!({"tags": [" "]}), "/tags"),
        (json!({"tags": [" a"]}), "/tags"),
        (json!({"tags": ["a", "b", "a"]}), "/tags"),
        (json!({"tags": ["two\nlines"]}), "/tags"),
        (json!({"tags": ["a\u{202e}b"]}), "/tags"),
        (json!({"tags": ["\u{200b}"]}), "/tags"),
        (json!({"tags": ["ä".repeat(41)]}), "/tags"),
    ] {
        assert_eq!(pointer(new(bad.clone()).validate().unwrap_err()), at, "{bad}");
    }
    let recall =
        |query: &str| serde_json::from_value::<RecallMemory>(json!({ "query": query })).unwrap().validate();
    assert!(recall("drop table; --").is_ok() && recall("7").is_ok());
    for bad in ["", " ", "\"*\" & !", "a\0", "x".repeat(501).as_str()] {
        assert!(recall(bad).is_err(), "{bad:?}");
    }
}

#[test]
fn a_patch_tells_absent_from_null() {
    let patch = |body: Value| serde_json::from_value::<PatchMemory>(body).unwrap().expires_in_seconds;
    assert_eq!(patch(json!({})), None);
    assert_eq!(patch(json!({"expiresInSeconds": null})), Some(None));
    assert_eq!(patch(json!({"expiresInSeconds": 60})), Some(Some(60)));
}

#[test]
fn each_tier_has_its_time() {
    use MemoryTier::{LongTerm, MediumTerm, ShortTerm};
    assert_eq!(expiry(ShortTerm, None, now()).unwrap(), Some(now() + TimeDelta::hours(12)));
    assert_eq!(expiry(MediumTerm, None, now()).unwrap(), Some(now() + TimeDelta::days(14)));
    assert_eq!(expiry(LongTerm, None, now()).unwrap(), None);
    for tier in [ShortTerm, MediumTerm, LongTerm] {
        let most = longest(tier).num_seconds();
        assert_eq!(expiry(tier, Some(most), now()).unwrap(), Some(now() + longest(tier)));
        for wrong in [i64::MIN, -1, 0, 59, most + 1, i64::MAX] {
            assert_eq!(
                pointer(expiry(tier, Some(wrong), now()).unwrap_err()),
                "/expiresInSeconds",
                "{wrong}"
            );
        }
    }
}

#[test]
fn importance_and_use_promote() {
    use MemoryTier::{LongTerm, MediumTerm, ShortTerm};
    for (tier, importance, reads, to) in [
        (ShortTerm, 100, 0, None),
        (ShortTerm, 100, 1, Some(MediumTerm)),
        (ShortTerm, 70, 1, Some(MediumTerm)),
        (ShortTerm, 69, 1, None),
        (ShortTerm, 50, 2, None),
        (ShortTerm, 50, 3, Some(MediumTerm)),
        (ShortTerm, 0, 8, Some(MediumTerm)),
        (MediumTerm, 50, 9, None),
        (MediumTerm, 50, 10, Some(LongTerm)),
        (MediumTerm, 100, 5, Some(LongTerm)),
        (MediumTerm, 49, 1_000_000, None),
        (LongTerm, 100, 100, None),
    ] {
        assert_eq!(promoted(tier, importance, reads), to, "{tier} {importance} {reads}");
    }
}

#[test]
fn a_new_memory_is_placed_by_what_it_names() {
    use MemoryVisibility::{Agent, Team, Workspace};
    let (team, agent, me) =
        (TeamId(Uuid::from_u128(1)), AgentId(Uuid::from_u128(2)), AgentId(Uuid::from_u128(3)));
    for (input, by, found) in [
        (json!({}), None, (Workspace, None, None)),
        (json!({"teamId": team}), None, (Team, Some(team), None)),
        (json!({"agentId": agent}), None, (Agent, None, Some(agent))),
        (json!({"teamId": team, "agentId": agent}), None, (Team, Some(team), Some(agent))),
        (json!({"visibility": "workspace", "teamId": team}), None, (Workspace, Some(team), None)),
        (json!({}), Some(me), (Agent, None, Some(me))),
        (json!({"teamId": team}), Some(me), (Team, Some(team), Some(me))),
        (json!({"visibility": "workspace"}), Some(me), (Workspace, None, Some(me))),
    ] {
        assert_eq!(placed(&new(input.clone()), by).unwrap(), found, "{input}");
    }
    let refused = |input: Value, by| pointer(placed(&new(input), by).unwrap_err());
    assert_eq!(refused(json!({"visibility": "team"}), Some(me)), "/teamId");
    assert_eq!(refused(json!({"visibility": "agent"}), None), "/agentId");
}

#[test]
fn a_headline_is_one_line_that_hides_nothing() {
    let of = |content: &str| {
        Memory { content: content.to_owned(), ..memory(MemoryVisibility::Workspace, None) }.headline()
    };
    assert_eq!(of("\n  Ada prefers mail \nand says so"), "Ada prefers mail");
    assert_eq!(of("pay\u{202e}me"), "pay[U+202E]me");
    assert_eq!(of(&"ä".repeat(200)), format!("{}…", "ä".repeat(120)));
    assert_eq!(of(" \n "), "");
}

fn tier() -> impl Strategy<Value = MemoryTier> {
    proptest::sample::select(MemoryTier::ALL)
}

fn team() -> impl Strategy<Value = Option<TeamId>> {
    proptest::option::of((1u128..4).prop_map(|n| TeamId(Uuid::from_u128(n))))
}

proptest! {
    /// It rises by one tier, only with use, and more importance or more reading never holds it back.
    #[test]
    fn promotion_is_one_step_and_monotone(
        tier in tier(), importance in 0i64..=100, reads in 0i64..1_000, more in 0i64..100, often in 0i64..100,
    ) {
        let to = promoted(tier, importance, reads);
        if let Some(to) = to {
            prop_assert!(reads > 0);
            prop_assert_eq!(to as usize, tier as usize + 1);
            prop_assert_eq!(promoted(tier, (importance + more).min(100), reads + often), Some(to));
        }
    }

    /// What it is kept for lies ahead, and within the bounds of its tier.
    #[test]
    fn an_expiry_lies_ahead(tier in tier(), seconds in proptest::option::of(any::<i64>())) {
        if let Ok(Some(at)) = expiry(tier, seconds, now()) {
            prop_assert!(at > now() && at <= now() + longest(tier));
        }
    }

    /// Sharing shows it to more agents and takes it from none.
    #[test]
    fn sharing_only_widens(has in 0usize..3, of in team(), with in team()) {
        let visibility = MemoryVisibility::ALL[has];
        let of = if visibility == MemoryVisibility::Team { of.or(Some(TeamId(Uuid::from_u128(9)))) } else { of };
        let before = memory(visibility, of);
        // An agent whose it is not.
        let sees = |visibility: MemoryVisibility, team: Option<TeamId>, agents_team: u128| match visibility {
            MemoryVisibility::Workspace => true,
            MemoryVisibility::Team => team == Some(TeamId(Uuid::from_u128(agents_team))),
            MemoryVisibility::Agent => false,
        };
        if let Ok((to, team)) = widened(&before, with) {
            prop_assert!(to > visibility);
            for agents_team in 0..10 {
                prop_assert!(!sees(visibility, of, agents_team) || sees(to, team, agents_team));
            }
        } else {
            prop_assert!(visibility != MemoryVisibility::Agent);
        }
    }
}
