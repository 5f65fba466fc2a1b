//! A long walk through everything that can happen to trust, through the real router on both databases, beside a book
//! that knows nothing of grants: only who said yes to what, and what went wrong since. Nothing that the book does not
//! allow ever runs by itself.

use crate::actions::{approve, place, queue, reject, submit, yes};
use crate::support::app::{Agent, App, House, Jobs, apps, text};
use crate::trust::{lasting, on};
use chrono::{DateTime, TimeDelta, Utc};
use countersign::server::storage::Db;
use serde_json::{Value, json};

const STEPS: usize = 260;
const TYPES: [&str; 2] = ["create_task", "own.work"];
const LEVELS: [&str; 3] = ["semi_autonomous", "semi_autonomous", "supervised"];

/// What the book holds of one team and type.
#[derive(Default)]
struct Lane {
    /// Times of approvals as they were asked for, since something last spoke against them.
    clean: Vec<DateTime<Utc>>,
    granted: Option<DateTime<Utc>>,
}

struct Walk {
    house: House,
    agent: Agent,
    teams: [String; 2],
    levels: [usize; 2],
    lanes: [[Lane; 2]; 2],
    /// Undecided requests with their team and type.
    waiting: Vec<(usize, usize, Value)>,
    dice: u64,
}

impl Walk {
    async fn new(app: &App) -> Self {
        let house = lasting(app, "Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        crate::actions::register(app, &house, "own.work", "medium").await;
        let teams = [
            house.team("one", "semi_autonomous", &[&agent]).await,
            house.team("two", "semi_autonomous", &[&agent]).await,
        ];
        Self {
            house,
            agent,
            teams,
            levels: [0, 0],
            lanes: Default::default(),
            waiting: Vec::new(),
            dice: 0x5eed,
        }
    }

    /// SplitMix64.
    fn below(&mut self, limit: usize) -> usize {
        self.dice = self.dice.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.dice;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % limit as u64) as usize
    }

    /// Of medium risk, or of a higher one where `risk` says so.
    fn action(&self, team: usize, kind: usize, risk: usize) -> Value {
        let data = match (kind, risk) {
            (0, _) => json!({"title": "Send the quote"}),
            (_, 0) => json!({"n": 1}),
            (_, 1) => json!({"to": "ada@elsewhere.example"}),
            _ => json!({"amount": "5.00"}),
        };
        on(&self.teams[team], json!({"actionType": TYPES[kind], "actionData": data}))
    }

    async fn ask(&mut self, db: &Db, team: usize, kind: usize, risk: usize) {
        let answer = submit(&self.agent, self.action(team, kind, risk)).await;
        if answer["verdict"] == "executed" {
            let now = db.now().await.unwrap();
            let lane = &self.lanes[team][kind];
            assert_eq!(self.levels[team] % 3 / 2, 0, "ran on a supervised team: {answer}");
            assert_ne!(answer["approval"]["riskLevel"], "critical", "{answer}");
            let granted = lane.granted.unwrap_or_else(|| panic!("nobody granted this: {answer}"));
            assert!(now < granted + TimeDelta::days(30), "it is over: {answer}");
            assert!(answer["reasons"][0].as_str().unwrap().starts_with("Trusted: granted by "), "{answer}");
        } else {
            self.waiting.push((team, kind, answer["approval"].clone()));
        }
    }

    /// One of the undecided, the newest most of the time; asked for anew where there is none.
    async fn pick(&mut self, team: usize, kind: usize) -> (usize, usize, Value) {
        let known = self.waiting.iter().rposition(|(of, what, _)| (*of, *what) == (team, kind));
        match known {
            Some(place) => self.waiting.remove(place),
            None => (team, kind, queue(&self.agent, self.action(team, kind, 0)).await),
        }
    }

    fn against(&mut self, team: usize, kind: usize, ends_grants: bool) {
        let lane = &mut self.lanes[team][kind];
        lane.clean.clear();
        if ends_grants {
            lane.granted = None;
        }
    }

    async fn live(&self, team: usize, status: &str) -> Vec<Value> {
        let path = format!("/trust?teamId={}&status={status}", self.teams[team]);
        self.house.viewer.get(path).await.ok()["items"].as_array().unwrap().clone()
    }

    async fn step(&mut self, app: &App) {
        let (team, kind) = (self.below(2), self.below(2));
        app.advance(TimeDelta::seconds(1));
        match self.below(100) {
            0..50 => {
                let (_, _, approval) = self.pick(team, kind).await;
                let answer = match approval["riskLevel"] == "critical" {
                    true => crate::actions::approve_critical(&self.house.reviewer, &approval).await,
                    false => approve(&self.house.reviewer, &approval).await,
                };
                if answer.code() == 200 && approval["riskLevel"] != "critical" {
                    let now = app.db.now().await.unwrap();
                    self.lanes[team][kind].clean.push(now);
                }
            }
            50..52 => {
                let (_, _, approval) = self.pick(team, kind).await;
                if reject(&self.house.reviewer, &approval).await.code() == 200 {
                    self.against(team, kind, true);
                }
            }
            52..53 => {
                let approval = queue(&self.agent, self.action(team, kind, 0)).await;
                let mut decision = yes(&approval);
                decision["editedActionData"] = match kind {
                    0 => json!({"title": "Another"}),
                    _ => json!({"n": 2}),
                };
                self.house.reviewer.post(place(&approval), decision).await.ok();
                self.against(team, kind, false);
            }
            53..54 => {
                let approval = queue(&self.agent, self.action(team, kind, 0)).await;
                approve(&self.house.reviewer, &approval).await.ok();
                self.house.reviewer.post(format!("{}/undo", place(&approval)), json!({})).await.ok();
                self.against(team, kind, true);
            }
            54..68 => {
                for found in self.live(team, "suggested").await {
                    self.accept(app, team, &found).await;
                }
            }
            68..69 => {
                for grant in self.live(team, "accepted").await {
                    let path = format!("/trust/{}/revoke", text(&grant, "id"));
                    if self.house.operator.post(&path, json!({})).await.code() == 200 {
                        self.against(team, kind_of(&grant), true);
                    }
                }
            }
            69..70 => {
                for found in self.live(team, "suggested").await {
                    let path = format!("/trust/{}/decline", text(&found, "id"));
                    if self.house.admin.post(&path, json!({})).await.code() == 200 {
                        self.against(team, kind_of(&found), false);
                    }
                }
            }
            70..72 => {
                let hours = 24 * self.below(8) as i64;
                app.advance(TimeDelta::hours(hours));
            }
            72..73 => {
                self.levels[team] = self.below(3);
                let level = json!({"autonomyLevel": LEVELS[self.levels[team]]});
                self.house.owner.patch(format!("/teams/{}", self.teams[team]), level).await.ok();
            }
            _ => {
                let risk = self.below(3);
                self.ask(&app.db, team, kind, risk).await;
            }
        }
    }

    async fn accept(&mut self, app: &App, team: usize, found: &Value) {
        let path = format!("/trust/{}/accept", text(found, "id"));
        let code = self.house.admin.post(&path, json!({})).await.code();
        if code != 200 {
            assert_eq!(code, 409, "{found}");
            return;
        }
        let now = app.db.now().await.unwrap();
        let lane = &mut self.lanes[team][kind_of(found)];
        let recent = lane.clean.iter().filter(|at| **at > now - TimeDelta::days(30)).count();
        assert!(recent >= 5, "{}: granted after {recent} approvals in a row: {found}", app.name());
        lane.granted = Some(now);
    }
}

fn kind_of(grant: &Value) -> usize {
    usize::from(grant["actionType"] == TYPES[1])
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_runs_by_itself_that_the_book_does_not_allow() {
    for app in apps(Jobs::Run).await {
        let mut walk = Walk::new(&app).await;
        for _ in 0..STEPS {
            walk.step(&app).await;
        }
        let ran = "SELECT COUNT(*) FROM agent_pending_actions WHERE trust_grant_id IS NOT NULL";
        let ran = app.count(ran, countersign::args![]).await;
        let over =
            app.count("SELECT COUNT(*) FROM trust_grants WHERE ended_at IS NOT NULL", countersign::args![]);
        assert!(ran >= 5 && over.await >= 3, "{}: the walk met too little: {ran} ran", app.name());
        app.stop().await;
    }
}
