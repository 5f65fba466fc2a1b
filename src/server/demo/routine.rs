//! Two kinds of work that are approved every time: one was granted a week ago and runs by itself since, the other is
//! suggested when the demo opens. Nothing else in the story asks for these types on these teams.

use super::decisions::Will;
use super::history::{Play, Step};
use super::journey::office_hour;
use super::story::Ask;
use super::story::people::{MARKETING, OWNER, REVIEWERS, SALES};
use crate::domain::AppResult;
use crate::domain::action::SubmitVerdict;
use crate::domain::trust::{TrustFilter, TrustStatus};
use crate::server::services::ctx::{Administer, ReadTeams};
use crate::server::services::trust;
use chrono::TimeDelta;
use serde_json::json;

/// What Sales tells its colleagues: days before the present, and the words.
const NEWS: [(i64, &str, &str); 11] = [
    (17, "Nordwind signed", "Two incubators, delivery in week 9. Thanks to everybody who answered at once."),
    (
        16,
        "Three new enquiries from the fair",
        "All ask for the small autoclave. The notes are in their records.",
    ),
    (15, "The tender in Graz is out", "Closes in four weeks; the documents are in the deal."),
    (14, "Two quotes end this week", "Both customers have been reminded. Nothing to do yet."),
    (13, "A customer asks for a second site", "The deal is split in two, so that each has its own dates."),
    (12, "Half of the quarter's goal", "Eleven deals are won, nine are close."),
    (8, "The Graz documents are complete", "They go out on Thursday unless somebody objects."),
    (7, "A demo unit comes back", "It is free again from Monday."),
    (6, "Two deals moved to negotiation", "Both want the service plan included."),
    (5, "A quote was accepted overnight", "The order is entered; the warehouse knows."),
    (4, "Last week in short", "Four quotes sent, two accepted, none lost."),
];

/// What Marketing writes down.
const NOTES: [(i64, &str, &str); 6] = [
    (10, "What the university lab liked", "Quiet at night. They would say so in public, with their name."),
    (9, "Words that customers use", "Nobody says \"thermal uniformity\"; they say \"no cold corner\"."),
    (8, "Questions at the webinar", "Mostly about cleaning, and whether the old rack fits."),
    (
        7,
        "A quote for the case study",
        "\"We stopped checking it at weekends.\" Cleared by their press office.",
    ),
    (6, "Pictures that we may use", "Three of the clean room, none with faces."),
    (5, "What the distributors ask for", "Shorter data sheets, and one page per language."),
];

/// Days before the present at which the owner looks at what is suggested.
const GRANTED: i64 = 10;

impl Play<'_> {
    pub fn plan_routine(&mut self) {
        let present = self.journey.present;
        // Working days move what falls on a weekend; the hour keeps the order.
        for (line, (days, ..)) in NEWS.iter().enumerate() {
            self.at(office_hour(present, -days, 8) + minutes(line), Step::News(line));
        }
        for (line, (days, ..)) in NOTES.iter().enumerate() {
            self.at(office_hour(present, -days, 9) + minutes(line), Step::Note(line));
        }
        self.at(office_hour(present, -GRANTED, 15), Step::Grant);
    }

    pub async fn news(&mut self, line: usize) -> AppResult<()> {
        let Some((_, title, body)) = NEWS.get(line) else { return Ok(()) };
        let data = json!({"title": title, "body": body, "role": "reviewer"});
        let why = format!("Tell the reviewers: {title}");
        self.approved(Ask::new(SALES, "Sales Manager", "send_internal_notification", data, why), line).await
    }

    pub async fn note(&mut self, line: usize) -> AppResult<()> {
        let Some((_, title, body)) = NOTES.get(line) else { return Ok(()) };
        let data = json!({"title": title, "body": body});
        let why = format!("Keep for the next campaign: {title}");
        self.approved(Ask::new(MARKETING, "Content Creator", "create_note", data, why), line).await
    }

    /// Asked for, and approved a little later where it does not run by itself.
    async fn approved(&mut self, ask: Ask, line: usize) -> AppResult<()> {
        let (verdict, approval) = self.send(&ask, None).await?;
        let Some(approval) = approval.filter(|_| verdict == SubmitVerdict::Pending) else { return Ok(()) };
        let will = Will::approve_by(REVIEWERS[line % REVIEWERS.len()]);
        let at = self.journey.now() + TimeDelta::minutes(11);
        self.at(at, Step::Decide(approval.id, will));
        Ok(())
    }

    /// The owner accepts what is suggested for the news.
    pub async fn grant(&mut self) -> AppResult<()> {
        let team_id = self.cast.team(SALES).map(|team| team.to_string());
        let filter = TrustFilter {
            team_id,
            status: Some(TrustStatus::Suggested.to_string()),
            ..TrustFilter::default()
        };
        let suggested = trust::list(&self.cast.person::<ReadTeams>(OWNER)?, self.db, &filter).await?;
        let news =
            suggested.items.into_iter().find(|grant| grant.action_type == "send_internal_notification");
        if let Some(grant) = news {
            let by = self.cast.person::<Administer>(OWNER)?;
            trust::accept(&by, self.db, grant.id, Some(grant.version)).await?;
        }
        Ok(())
    }
}

fn minutes(line: usize) -> TimeDelta {
    TimeDelta::minutes(20 * line as i64)
}
