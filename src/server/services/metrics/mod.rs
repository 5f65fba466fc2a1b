//! The figures of a workspace and of its departments, read from running totals: a range costs the same whatever
//! happened in it.

mod period;

use super::ctx::{Allowed, ReadAudit};
use crate::domain::ids::UserId;
use crate::domain::member::Role;
use crate::domain::metrics::{
    Figures, Measure, Metrics, MetricsFilter, PendingRisk, ReviewerFigures, Slice, Subject, TeamFigures,
    Totals, bucket_from,
};
use crate::domain::params::parsed;
use crate::domain::risk::RiskLevel;
use crate::domain::team::{Team, TeamStatus};
use crate::domain::workspace::Department;
use crate::domain::{AppError, AppResult};
use crate::server::storage::agents::Shown;
use crate::server::storage::metrics::Sums;
use crate::server::storage::{Conn, Db};
use chrono::{DateTime, Utc};
use period::Period;
use validator::Validate;

/// After all buckets.
const EVER: i64 = i64::MAX;
/// More teams than a workspace has.
const MOST_TEAMS: u32 = 2_000;

/// The figures that a filter asks for. How reviewers review is for owners, and for each about themselves.
pub async fn read(by: &Allowed<ReadAudit>, db: &Db, filter: &MetricsFilter) -> AppResult<Metrics> {
    filter.validate()?;
    let mut errors = Vec::new();
    let department: Option<Department> = parsed("department", filter.department.as_deref(), &mut errors);
    if !errors.is_empty() {
        return Err(AppError::Invalid { errors });
    }
    let now = db.now().await?;
    let mut conn = db.read().await?;
    let own_zone = match by.principal().user_id() {
        Some(user) => conn.user_time_zone(user).await?,
        None => None,
    };
    let period = period::period(filter, own_zone.as_deref(), now)?;
    let teams = conn.team_list(by.workspace(), Shown::All, department, "", MOST_TEAMS).await?;
    let reviewers = match who_reviews(by) {
        Some(only) => conn.reviewers(by.workspace(), only).await?,
        None => Vec::new(),
    };
    let scope = Scope::new(department, &teams);
    let wanted = wanted(&period, &scope, &teams, &reviewers);
    let sums = conn.metric_sums(by.workspace(), wanted).await?;
    let seen = Seen { sums, scope };
    let pending = pending(&mut conn, by, department, &seen).await?;
    let teams = team_figures(&mut conn, by, teams, &period, &seen).await?;
    let (from, until) = (bucket_from(period.from), bucket_from(period.until));
    Ok(Metrics {
        department,
        from: period.from,
        to: period.to,
        tz: period.zone.name().to_owned(),
        as_of: now,
        figures: seen.figures(period.from, period.until),
        previous: seen.figures(period.previous_from, period.previous_to),
        previous_from: period.previous_from,
        previous_to: period.previous_to,
        pending,
        step: period.step,
        slices: period
            .slices
            .into_iter()
            .map(|part| Slice {
                figures: seen.figures(part.from, part.to),
                from: part.from,
                to: part.to,
                label: part.label,
            })
            .collect(),
        teams,
        reviewers: reviewers
            .into_iter()
            .map(|(id, name)| {
                ReviewerFigures::new(id, name, &seen.sums.between(Subject::Reviewer(id), from, until))
            })
            .filter(|reviewer| reviewer.approved + reviewer.rejected + reviewer.undone + reviewer.failed > 0)
            .collect(),
    })
}

/// Whose reviewing the asking one may see: everybody's (`Some(None)`), their own, or nobody's.
fn who_reviews(by: &Allowed<ReadAudit>) -> Option<Option<UserId>> {
    match by.principal().role()? {
        Role::Owner => Some(None),
        _ => by.principal().user_id().map(Some),
    }
}

/// What the figures are about: the workspace, or the teams of a department.
struct Scope(Vec<Subject>);

impl Scope {
    /// `teams` are those of the department.
    fn new(department: Option<Department>, teams: &[Team]) -> Self {
        let Some(department) = department else { return Self(vec![Subject::Workspace]) };
        let of_teams = teams.iter().map(|team| Subject::Team(Some(team.id)));
        // What has no team is general.
        let of_none = (department == Department::General).then_some(Subject::Team(None));
        Self(of_teams.chain(of_none).collect())
    }
}

fn wanted(
    period: &Period,
    scope: &Scope,
    teams: &[Team],
    reviewers: &[(UserId, String)],
) -> Vec<(Subject, i64)> {
    let range = [period.from, period.until];
    let ends = period.slices.iter().map(|part| part.to);
    let all = range.into_iter().chain([period.previous_from, period.previous_to]).chain(ends);
    let all: Vec<i64> = all.map(bucket_from).chain([EVER]).collect();
    let range: Vec<i64> = range.map(bucket_from).into_iter().chain([EVER]).collect();
    let mut wanted = Vec::new();
    for &subject in &scope.0 {
        wanted.extend(all.iter().map(|&bucket| (subject, bucket)));
    }
    for team in teams {
        wanted.extend(range.iter().map(|&bucket| (Subject::Team(Some(team.id)), bucket)));
    }
    for &(id, _) in reviewers {
        wanted.extend(range.iter().take(2).map(|&bucket| (Subject::Reviewer(id), bucket)));
    }
    wanted
}

/// What was read of the totals.
struct Seen {
    sums: Sums,
    scope: Scope,
}

impl Seen {
    /// Before a bucket that was asked for.
    fn before(&self, bucket: i64) -> Totals {
        let mut all = Totals::default();
        for &subject in &self.scope.0 {
            all.add(&self.sums.before(subject, bucket));
        }
        all
    }

    fn figures(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Figures {
        let at_end = self.before(bucket_from(to));
        Figures::new(&at_end.since(&self.before(bucket_from(from))), &at_end)
    }
}

async fn pending(
    conn: &mut Conn,
    by: &Allowed<ReadAudit>,
    department: Option<Department>,
    seen: &Seen,
) -> AppResult<Vec<PendingRisk>> {
    let now = seen.before(EVER);
    let mut all = Vec::new();
    for &risk_level in RiskLevel::ALL.iter().rev() {
        let count = now.get(Measure::pending(risk_level));
        let oldest_deadline = match count {
            0 => None,
            _ => conn.pending_first_deadline(by.workspace(), department, risk_level).await?,
        };
        all.push(PendingRisk { risk_level, count, oldest_deadline });
    }
    Ok(all)
}

async fn team_figures(
    conn: &mut Conn,
    by: &Allowed<ReadAudit>,
    teams: Vec<Team>,
    period: &Period,
    seen: &Seen,
) -> AppResult<Vec<TeamFigures>> {
    let last = conn.teams_last_activity(by.workspace()).await?;
    let (from, until) = (bucket_from(period.from), bucket_from(period.until));
    let shown = teams.into_iter().filter(|team| team.status != TeamStatus::Archived);
    Ok(shown
        .map(|team| {
            let subject = Subject::Team(Some(team.id));
            let during = seen.sums.between(subject, from, until);
            TeamFigures {
                figures: Figures::new(&during, &seen.sums.before(subject, EVER)),
                last_activity: last.get(&team.id).copied(),
                team_id: team.id,
                name: team.name,
                department: team.department,
                status: team.status,
                autonomy_level: team.autonomy_level,
                frozen: team.frozen_at.is_some(),
                version: team.version,
            }
        })
        .collect())
}
