//! The figures equal a recount from the raw rows, whatever happened and whichever zone's days are asked for.

mod racing;
mod recount;
mod walk;

use crate::db::databases;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use countersign::domain::audit::AuditFilter;
use countersign::domain::member::Role;
use countersign::domain::metrics::{Metrics, MetricsFilter};
use countersign::domain::risk::RiskLevel;
use countersign::domain::workspace::Department;
use countersign::server::folder;
use countersign::server::services::{audit, metrics};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use recount::{Happened, Raw, check, check_reviewer, count, of_theirs, unopened};
use walk::Walk;

const ZONES: [Tz; 5] =
    [Tz::UTC, Tz::Europe__Berlin, Tz::America__New_York, Tz::Asia__Kathmandu, Tz::Australia__Lord_Howe];
const SCOPES: [Option<Department>; 5] = [
    None,
    Some(Department::Sales),
    Some(Department::Support),
    Some(Department::General),
    Some(Department::Finance),
];

fn operations() -> usize {
    std::env::var("COUNTERSIGN_TEST_OPERATIONS").ok().and_then(|n| n.parse().ok()).unwrap_or(10_000)
}

fn seed() -> u64 {
    std::env::var("COUNTERSIGN_TEST_SEED").ok().and_then(|n| n.parse().ok()).unwrap_or(20_261_126)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_figures_are_those_of_a_recount_in_every_zone() {
    for test in databases().await {
        let begin: DateTime<Utc> = "2026-03-01T09:00:00Z".parse().unwrap();
        let mut walk = Walk::start(&test, seed(), begin).await;
        let count = operations();
        // About 270 days: all changes of clocks of 2026 lie between.
        walk.steps(count, 450_000_000 / count as i64).await;
        let raw = Raw::read(&walk).await;
        let end = walk.db.now().await.unwrap();
        assert!(end > "2026-11-08T00:00:00Z".parse::<DateTime<Utc>>().unwrap(), "it ended at {end}");
        // Most of it is folded, the newest is not; then all of it is.
        check_all(&walk, &raw, begin, end, test.name).await;
        folder::fold_all(&walk.db).await.unwrap();
        assert!(!walk.db.read().await.unwrap().metrics_waiting().await.unwrap());
        check_all(&walk, &raw, begin, end, test.name).await;
        lists_add_up(&walk, &raw, begin, end).await;
        walk.db.close().await;
    }
}

async fn asked(walk: &Walk, from: String, to: String, tz: Tz, department: Option<Department>) -> Metrics {
    let filter = MetricsFilter {
        department: department.map(|department| department.to_string()),
        range: None,
        from: Some(from),
        to: Some(to),
        tz: Some(tz.name().to_owned()),
        format: None,
    };
    metrics::read(&walk.acme.owner(), &walk.db, &filter).await.unwrap()
}

async fn check_all(walk: &Walk, raw: &Raw, begin: DateTime<Utc>, end: DateTime<Utc>, name: &str) {
    let mut dice = StdRng::seed_from_u64(seed() + 1);
    for zone in ZONES {
        // The day of each row on the zone's calendar, from the zone's clock and from nothing else.
        let days: Vec<NaiveDate> =
            raw.happened.iter().map(|h| h.at.with_timezone(&zone).date_naive()).collect();
        assert!(days.is_sorted());
        let on = |first: NaiveDate, last: NaiveDate| {
            let start = days.partition_point(|day| *day < first);
            &raw.happened[start..days.partition_point(|day| *day <= last).max(start)]
        };
        let mut ranges: Vec<(NaiveDate, NaiveDate)> = vec![
            (begin.date_naive(), end.date_naive() + TimeDelta::days(1)),
            // Around the changes of clocks.
            ("2026-03-07".parse().unwrap(), "2026-03-09".parse().unwrap()),
            ("2026-03-28".parse().unwrap(), "2026-04-06".parse().unwrap()),
            ("2026-10-03".parse().unwrap(), "2026-10-05".parse().unwrap()),
            ("2026-10-24".parse().unwrap(), "2026-11-02".parse().unwrap()),
            ("2026-10-25".parse().unwrap(), "2026-10-25".parse().unwrap()),
        ];
        for _ in 0..4 {
            let first = begin.date_naive() + TimeDelta::days(dice.random_range(0..240));
            ranges.push((first, first + TimeDelta::days(dice.random_range(0..40))));
        }
        for (first, last) in ranges {
            for department in SCOPES {
                let found = asked(walk, first.to_string(), last.to_string(), zone, department).await;
                let about = format!("{department:?} from {first} to {last} in {zone} on {name}");
                compare(raw, &found, department, on(first, last), &about);
                for slice in &found.slices {
                    let rows = raw.of(raw.between(slice.from, slice.to), department);
                    check(&slice.figures, &rows, &format!("{} of {about}", slice.label));
                    if let Ok(day) = slice.label.parse::<NaiveDate>() {
                        let rows = raw.of(on(day, day), department);
                        check(&slice.figures, &rows, &format!("the day {day} of {about}"));
                    }
                }
            }
        }
    }
}

fn compare(raw: &Raw, found: &Metrics, department: Option<Department>, rows: &[Happened], about: &str) {
    check(&found.figures, &raw.of(rows, department), about);
    let before = raw.of(raw.between(found.previous_from, found.previous_to), department);
    check(&found.previous, &before, &format!("the time before {about}"));
    for team in &found.teams {
        let id = Some(team.team_id.0);
        let of_team: Vec<&Happened> = rows.iter().filter(|h| h.team == id).collect();
        check(&team.figures, &of_team, &format!("{} in {about}", team.name));
        let waiting = raw.waiting.iter().filter(|w| w.team == id).count();
        assert_eq!(team.figures.pending, waiting as i64, "{} waiting in {about}", team.name);
    }
    let all: Vec<&Happened> = rows.iter().collect();
    for reviewer in &found.reviewers {
        check_reviewer(reviewer, &all, &format!("{} in {about}", reviewer.name));
    }
    assert_eq!(found.pending.len(), RiskLevel::ALL.len());
    for risk in &found.pending {
        let waiting = raw.waiting.iter();
        let waiting = waiting.filter(|w| w.risk == risk.risk_level && raw.is_in(w.team, department));
        assert_eq!(risk.count, waiting.clone().count() as i64, "{} waiting in {about}", risk.risk_level);
        assert_eq!(risk.oldest_deadline, waiting.map(|w| w.expires_at).min(), "{about}");
    }
}

/// The numbers of the page lead to lists that are as long.
async fn lists_add_up(walk: &Walk, raw: &Raw, begin: DateTime<Utc>, end: DateTime<Utc>) {
    let (from, to) = (begin + TimeDelta::days(100), end - TimeDelta::days(60));
    let filter = |events: &[&str]| AuditFilter {
        event: Some(events.join(",")),
        from: Some(from.to_rfc3339()),
        to: Some(to.to_rfc3339()),
        limit: Some("200".to_owned()),
        ..AuditFilter::default()
    };
    for department in SCOPES {
        for events in [
            &["approval.expired"][..],
            &["action.auto_approved", "approval.requested", "action.denied"],
            &["approval.approved", "approval.rejected"],
        ] {
            let department_name = department.map(|department| department.to_string());
            let found = listed(walk, AuditFilter { department: department_name, ..filter(events) }).await;
            let rows = raw.of(raw.between(from, to), department);
            assert_eq!(found, count(&rows, events), "{events:?} of {department:?}");
        }
    }
    let decisions = ["approval.approved", "approval.rejected"];
    let rows = raw.of(raw.between(from, to), None);
    for role in [Role::Reviewer, Role::Admin, Role::Owner] {
        let user = walk.acme.person(role).user_id.0;
        let unseen = AuditFilter {
            actor_id: Some(user.to_string()),
            opened: Some("false".to_owned()),
            ..filter(&decisions)
        };
        assert_eq!(listed(walk, unseen).await, unopened(&rows, user), "unopened by {role}");
        let failed = AuditFilter { reviewer_id: Some(user.to_string()), ..filter(&["action.failed"]) };
        assert_eq!(listed(walk, failed).await, of_theirs(&rows, "action.failed", user), "failed of {role}");
    }
}

async fn listed(walk: &Walk, mut filter: AuditFilter) -> i64 {
    let mut listed = 0;
    loop {
        let page = audit::list(&walk.acme.allow(Role::Viewer), &walk.db, &filter).await.unwrap();
        listed += page.items.len() as i64;
        filter.cursor = page.next_cursor;
        if filter.cursor.is_none() {
            return listed;
        }
    }
}
