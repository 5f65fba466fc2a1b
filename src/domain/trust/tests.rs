//! The rule of evidence by example, and the promise: no sequence of events lets run by itself what no grant covers.

use super::*;
use crate::domain::autonomy::{AutonomyLevel, GateInput, Verdict, gate};
use proptest::prelude::*;
use uuid::Uuid;

fn start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_780_000_000, 0).unwrap()
}

fn minutes(count: i64) -> TimeDelta {
    TimeDelta::minutes(count)
}

/// Decisions a minute apart, the newest first: a letter each, of its risk; `x` is a rejection, `e` an edit, `u` an
/// approval that was taken back.
fn history(letters: &str) -> Vec<Past> {
    let count = letters.len() as i64;
    letters
        .chars()
        .enumerate()
        .map(|(place, letter)| Past {
            approval: ApprovalId(Uuid::from_u128(place as u128)),
            risk: match letter {
                'l' => RiskLevel::Low,
                'h' => RiskLevel::High,
                'c' => RiskLevel::Critical,
                _ => RiskLevel::Medium,
            },
            approved: letter != 'x',
            edited: letter == 'e',
            undone: letter == 'u',
            at: start() + minutes(count - place as i64),
        })
        .collect()
}

#[test]
fn five_in_a_row_as_they_were() {
    use RiskLevel::{High, Medium};
    for (letters, risk, count) in [
        ("mmmm", None, 0),
        ("mmmmm", Some(Medium), 5),
        ("hhhhh", Some(High), 5),
        ("mhhhhhm", Some(High), 5),
        ("mhmhmhmh", Some(Medium), 8),
        ("hhhhmmmm", Some(Medium), 8),
        ("lllll", None, 0),
        ("lmmmmm", Some(Medium), 5),
        ("lmmmml", None, 0),
        // A critical approval is no evidence, and ends nothing.
        ("ccccc", None, 0),
        ("mmcmmm", Some(Medium), 5),
        ("mmmmxm", None, 0),
        ("mmmmem", None, 0),
        ("mmmmum", None, 0),
        ("xmmmmm", None, 0),
        ("mmmmmxxxx", Some(Medium), 5),
    ] {
        let found = evidence(&history(letters), None, start() + minutes(20));
        assert_eq!(found.as_ref().map(|found| found.risk), risk, "{letters}");
        assert_eq!(found.map_or(0, |found| found.approvals.len()), count, "{letters}");
    }
}

#[test]
fn what_is_old_or_before_a_setback_does_not_count() {
    let all = history("mmmmmm");
    let now = start() + minutes(20);
    // At minutes 6, 5, … 1: after minute 1 there are five, after minute 2 four.
    assert!(evidence(&all, Some(start() + minutes(1)), now).is_some());
    assert_eq!(evidence(&all, Some(start() + minutes(2)), now), None);
    let found = evidence(&all, None, now).unwrap();
    assert_eq!(found.good_until, start() + minutes(2) + WINDOW);
    assert!(evidence(&all, None, found.good_until - minutes(1)).is_some());
    assert_eq!(evidence(&all, None, found.good_until), None);
    assert_eq!(evidence(&history(&"m".repeat(50)), None, now).unwrap().approvals.len(), EVIDENCE_KEPT);
}

#[test]
fn the_simulation_hides_nothing() {
    let all = TrustSimulation { actions: 41, approved: 41, ..TrustSimulation::default() };
    assert_eq!(
        all.words(),
        "In the last 30 days this grant would have run 41 actions by itself; people had approved all 41 as they were."
    );
    let some =
        TrustSimulation { approved: 37, edited: 1, rejected: 2, undecided: 1, failed: 3, undone: 1, ..all };
    assert_eq!(
        some.words(),
        "In the last 30 days this grant would have run 41 actions by itself; people had approved 37 as they were, \
         2 rejected, 1 approved only after a change, 1 left undecided. 3 of the approved failed. 1 approval was \
         taken back at first."
    );
}

proptest! {
    #[test]
    fn what_is_over_stays_over(steps in prop::collection::vec(0usize..9, 1..40)) {
        let moves: Vec<TrustMove> = [TrustMove::Accept, TrustMove::Decline].into_iter()
            .chain(TrustEnd::ALL.iter().map(|end| TrustMove::End(*end))).collect();
        for &from in TrustStatus::ALL {
            let mut status = from;
            for &step in &steps {
                if let Some(next) = status.after(moves[step]) {
                    prop_assert!(status.is_live(), "{status} became {next}");
                    prop_assert!(next != TrustStatus::Suggested, "nothing goes back to a suggestion");
                    prop_assert!(next != TrustStatus::Accepted || moves[step] == TrustMove::Accept);
                    status = next;
                }
            }
        }
    }

    /// Two teams with two types each, two admins, and everything that can happen to them. What the gate lets through
    /// is held against a book that knows nothing of grants: who said yes to what, and what went wrong since.
    #[test]
    fn nothing_runs_that_nobody_granted(steps in prop::collection::vec((0u8..12, 0usize..2, 0usize..2, 0usize..4, any::<u8>()), 1..250)) {
        let mut world = World::new();
        for (what, team, kind, risk, dice) in steps {
            world.step(what, (team, kind), RiskLevel::ALL[risk], dice)?;
        }
    }
}

type Key = (usize, usize);

/// One team and type as the program keeps it, and as the book has it.
#[derive(Default)]
struct Lane {
    history: Vec<Past>,
    since: Option<DateTime<Utc>>,
    live: Vec<(TrustStatus, Granted)>,
    /// Risk and time of what people approved as it was since something last spoke against it.
    clean: Vec<(RiskLevel, DateTime<Utc>)>,
    /// Who granted what, until something spoke against it.
    granted: Option<(usize, RiskLevel, DateTime<Utc>)>,
}

struct World {
    now: DateTime<Utc>,
    ids: u128,
    lanes: [[Lane; 2]; 2],
    /// Who owns the agent of each team.
    owners: [usize; 2],
}

fn admin(index: usize) -> UserId {
    UserId(Uuid::from_u128(900 + index as u128))
}

fn team_id(index: usize) -> TeamId {
    TeamId(Uuid::from_u128(700 + index as u128))
}

const TYPES: [&str; 2] = ["send_email", "create_task"];

impl World {
    fn new() -> Self {
        Self { now: start(), ids: 0, lanes: Default::default(), owners: [0, 0] }
    }

    fn step(&mut self, what: u8, key: Key, risk: RiskLevel, dice: u8) -> Result<(), TestCaseError> {
        self.now += minutes(1);
        let lane = &mut self.lanes[key.0][key.1];
        match what {
            0..=4 => self.approve(key, risk, dice % 16 == 15),
            5 => {
                self.against(key, if dice.is_multiple_of(3) { Setback::Failure } else { Setback::Rejection })
            }
            6 => {
                if let Some(last) = lane.history.first_mut().filter(|last| last.approved) {
                    last.undone = true;
                    self.against(key, Setback::Undo);
                }
            }
            7 => self.accept(key, usize::from(dice % 2))?,
            8 => {
                let step = match dice % 3 {
                    0 => TrustMove::Decline,
                    1 => TrustMove::End(TrustEnd::Person),
                    _ => TrustMove::End(TrustEnd::Time),
                };
                // Its time is over only when it is; the timer may come late, which the gate must not notice.
                let (now, granted) = (self.now, &mut lane.granted);
                for (status, grant) in &mut lane.live {
                    let due = step != TrustMove::End(TrustEnd::Time) || grant.expires_at <= now;
                    if let Some(next) = status.after(step).filter(|_| due) {
                        if *status == TrustStatus::Accepted {
                            *granted = None;
                        }
                        *status = next;
                        lane.since = Some(now);
                        lane.clean.clear();
                    }
                }
                lane.live.retain(|(status, _)| status.is_live());
            }
            9 => self.now += TimeDelta::hours(i64::from(dice)),
            10 => self.owners[key.0] = usize::from(dice % 2),
            _ => self.submit(key, risk, dice)?,
        }
        Ok(())
    }

    fn approve(&mut self, key: Key, risk: RiskLevel, edited: bool) {
        self.ids += 1;
        let lane = &mut self.lanes[key.0][key.1];
        let past = Past {
            approval: ApprovalId(Uuid::from_u128(self.ids)),
            risk,
            approved: true,
            edited,
            undone: false,
            at: self.now,
        };
        lane.history.insert(0, past);
        if edited {
            return self.against(key, Setback::Edit);
        }
        lane.clean.push((risk, self.now));
        let Some(found) = evidence(&lane.history, lane.since, self.now) else { return };
        let is_granted = lane
            .live
            .iter()
            .any(|(status, grant)| *status == TrustStatus::Accepted && grant.risk_level >= found.risk);
        if is_granted {
            return;
        }
        lane.live.retain(|(status, _)| *status != TrustStatus::Suggested);
        let suggestion = Granted {
            id: TrustGrantId(Uuid::from_u128(self.ids)),
            team_id: team_id(key.0),
            action_type: TYPES[key.1].to_owned(),
            risk_level: found.risk,
            status: TrustStatus::Suggested,
            granted_by: admin(9),
            granted_by_name: String::new(),
            granted_at: self.now,
            expires_at: found.good_until,
            approvals_in_row: found.approvals.len() as i64,
        };
        lane.live.push((TrustStatus::Suggested, suggestion));
    }

    fn against(&mut self, key: Key, setback: Setback) {
        let lane = &mut self.lanes[key.0][key.1];
        if setback == Setback::Rejection {
            self.ids += 1;
            let approval = ApprovalId(Uuid::from_u128(self.ids));
            let (risk, at) = (RiskLevel::Low, self.now);
            lane.history
                .insert(0, Past { approval, risk, approved: false, edited: false, undone: false, at });
        }
        lane.since = Some(self.now);
        lane.clean.clear();
        if setback != Setback::Edit {
            lane.granted = None;
        }
        for (status, _) in &mut lane.live {
            *status = status.after(TrustMove::End(setback.into())).unwrap_or(*status);
        }
        lane.live.retain(|(status, _)| status.is_live());
    }

    fn accept(&mut self, key: Key, by: usize) -> Result<(), TestCaseError> {
        let (now, owner) = (self.now, self.owners[key.0]);
        let lane = &mut self.lanes[key.0][key.1];
        // What the suggestion rests on is looked at again: the end of a lower grant may have come between.
        let found = evidence(&lane.history, lane.since, now);
        let Some(place) = lane.live.iter().position(|(status, grant)| {
            *status == TrustStatus::Suggested
                && grant.expires_at > now
                && by != owner
                && found.as_ref().is_some_and(|found| found.risk >= grant.risk_level)
        }) else {
            return Ok(());
        };
        lane.live.retain(|(status, _)| *status != TrustStatus::Accepted);
        let place = place.min(lane.live.len() - 1);
        let (status, grant) = &mut lane.live[place];
        let risk = grant.risk_level;
        let enough = lane
            .clean
            .iter()
            .filter(|(of, at)| *of >= risk && *of < RiskLevel::Critical && *at > now - WINDOW);
        prop_assert!(enough.count() >= NEEDED, "granted without five in a row");
        *status = TrustStatus::Accepted;
        grant.granted_by = admin(by);
        grant.expires_at = now + LASTS;
        lane.granted = Some((by, risk, now));
        Ok(())
    }

    fn submit(&self, key: Key, risk: RiskLevel, dice: u8) -> Result<(), TestCaseError> {
        let levels = [Some(AutonomyLevel::SemiAutonomous), Some(AutonomyLevel::Supervised), None];
        // Mostly the plain case; now and then another level, a freeze, a list, a person, two approvals.
        let pick = |of: u8| dice % 24 == of;
        let autonomy = if pick(1) {
            levels[1]
        } else if pick(2) {
            levels[2]
        } else {
            levels[0]
        };
        let (frozen, listed, person, several) = (pick(3), pick(4), pick(5), pick(6));
        let listed = if listed { vec![TYPES[key.1].to_owned()] } else { Vec::new() };
        let asks = Asks {
            team_id: team_id(key.0),
            by_own_agent: !person,
            agent_owner: Some(admin(self.owners[key.0])),
            required_approvals: if several { 2 } else { 1 },
            now: self.now,
        };
        // Whichever grant of the workspace stands beside the question, of other teams and types too.
        for (status, grant) in self.lanes.iter().flatten().flat_map(|lane| &lane.live) {
            let found = Granted { status: *status, ..grant.clone() };
            let answer = gate(&GateInput {
                action_type: TYPES[key.1],
                risk,
                autonomy,
                approval_required: &listed,
                frozen,
                known: true,
                agent_active: true,
                team_active: true,
                trust: Some((&found, asks.clone())),
            });
            if answer.verdict != Verdict::Execute || answer.grant.is_none() {
                prop_assert!(answer.verdict != Verdict::Execute || risk == RiskLevel::Low);
                continue;
            }
            prop_assert!(risk > RiskLevel::Low && risk < RiskLevel::Critical);
            prop_assert_eq!(autonomy, Some(AutonomyLevel::SemiAutonomous));
            prop_assert!(!frozen && listed.is_empty() && !person && !several);
            let Some((by, up_to, at)) = self.lanes[key.0][key.1].granted else {
                return Err(TestCaseError::fail("nobody granted this, or it is over"));
            };
            prop_assert!(risk <= up_to && self.now < at + LASTS, "more, or longer, than was granted");
            prop_assert_ne!(by, self.owners[key.0], "granted by the agent's owner");
        }
        Ok(())
    }
}
