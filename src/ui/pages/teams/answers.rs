//! What somebody has answered on the way to a new team, all of it in the address: each step is a page of its own.

use std::borrow::Cow;

use validator::ValidationError;

use crate::domain::autonomy::AutonomyLevel;
use crate::domain::text;
use crate::domain::workspace::Department;

use super::choices::Template;

/// Where a new team is made.
pub const PATH: &str = "/teams/new";
/// The answer for a team that is made of no template.
pub const BLANK: &str = "blank";

/// The first control of each step's questions that may be at fault.
pub const TEMPLATE_FIELD: &str = "new-template-0";
/// See [`TEMPLATE_FIELD`].
pub const MEMBERS_FIELD: &str = "new-member-0";
/// See [`TEMPLATE_FIELD`].
pub const NAME_FIELD: &str = "new-name";
/// See [`TEMPLATE_FIELD`].
pub const ABOUT_FIELD: &str = "new-about";

/// The steps, in their order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// A template, or nothing to begin with.
    #[default]
    Template,
    /// Who is in the team.
    Members,
    /// What it is called and may do by itself.
    Autonomy,
    /// All of it once more, and the button that makes it.
    Review,
}

impl Step {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Template, Self::Members, Self::Autonomy, Self::Review];

    /// Its word in an address.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Template => "template",
            Self::Members => "members",
            Self::Autonomy => "autonomy",
            Self::Review => "review",
        }
    }

    /// Its name, as people read it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Template => "Template",
            Self::Members => "Members",
            Self::Autonomy => "Autonomy",
            Self::Review => "Review",
        }
    }

    /// Where somebody is: "Step 2 of 4: Members".
    pub fn heading(self) -> String {
        format!("Step {} of {}: {}", self as usize + 1, Self::ALL.len(), self.title())
    }

    /// The one after it; the last has none.
    pub fn next(self) -> Option<Self> {
        Self::ALL.into_iter().find(|step| *step > self)
    }

    /// The one before it; the first has none.
    pub fn before(self) -> Option<Self> {
        Self::ALL.into_iter().rfind(|step| *step < self)
    }
}

/// An answer that cannot stay as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The control at which it is shown.
    pub field: &'static str,
    /// What is wrong.
    pub detail: String,
}

impl Fault {
    fn new(field: &'static str, detail: impl Into<String>) -> Self {
        Self { field, detail: detail.into() }
    }
}

/// The answers so far; `None`: not asked yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// A template's key, or [`BLANK`].
    pub template: Option<String>,
    /// Names of a template's members; for a blank team ids of agents.
    pub members: Option<Vec<String>>,
    /// The id of the agent that plans a blank team's work.
    pub coordinator: Option<String>,
    /// What the team may do by itself.
    pub autonomy: Option<AutonomyLevel>,
    /// Its name, as typed.
    pub name: Option<String>,
    /// A blank team's department.
    pub department: Option<Department>,
    /// What a blank team is for.
    pub description: Option<String>,
}

/// What an address asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// The step.
    pub step: Step,
    /// The answers that come with it.
    pub answers: Answers,
}

impl Asked {
    /// Reads the query of an address as it is written there: what somebody typed is kept to the letter.
    pub fn of(search: &str) -> Self {
        let mut asked = Self::default();
        let mut made_for = None;
        let answers = &mut asked.answers;
        for (name, value) in form_urlencoded::parse(search.trim_start_matches('?').as_bytes()) {
            // A form sends every line end as CR LF.
            let value = value.replace("\r\n", "\n");
            let some = (!value.is_empty()).then(|| value.clone());
            match name.as_ref() {
                "step" => {
                    asked.step =
                        Step::ALL.into_iter().find(|step| step.as_str() == value).unwrap_or_default();
                }
                "of" => made_for = some,
                "template" => answers.template = some,
                "members" => {
                    let members = answers.members.get_or_insert_default();
                    if let Some(member) = some
                        && !members.contains(&member)
                    {
                        members.push(member);
                    }
                }
                "coordinator" => answers.coordinator = some,
                "autonomy" => answers.autonomy = value.parse().ok(),
                "name" => answers.name = Some(value),
                "department" => answers.department = value.parse().ok(),
                "description" => answers.description = Some(value),
                _ => {}
            }
        }
        // Another template has other members.
        if made_for.is_some() && made_for != answers.template {
            answers.members = None;
            answers.coordinator = None;
        }
        asked
    }

    /// The step that is shown: the one that was asked for, or the first before it whose answers cannot stay.
    pub fn shown(&self) -> Step {
        let faulty = |step: &Step| !self.answers.faults(*step).is_empty();
        Step::ALL.into_iter().find(|step| *step >= self.step || faulty(step)).unwrap_or_default()
    }

    /// What is wrong with the step that is shown; nothing before somebody has answered it.
    pub fn faults(&self) -> Vec<Fault> {
        match self.shown() {
            shown if shown < self.step => self.answers.faults(shown),
            _ => Vec::new(),
        }
    }
}

impl Answers {
    /// Whether the team is made of no template.
    pub fn is_blank(&self) -> bool {
        self.template.as_deref() == Some(BLANK)
    }

    /// The level, from the person or from the template.
    pub fn level(&self, template: Option<&Template>) -> AutonomyLevel {
        let said = template.map_or(AutonomyLevel::Supervised, |template| template.autonomy_level);
        self.autonomy.unwrap_or(said)
    }

    /// The name, from the person or from the template.
    pub fn team_name(&self, template: Option<&Template>) -> String {
        let said = || template.map(|template| template.name.clone()).unwrap_or_default();
        self.name.clone().unwrap_or_else(said)
    }

    /// The department of a blank team.
    pub fn of_department(&self) -> Department {
        self.department.unwrap_or(Department::General)
    }

    /// The members by which it is made; `all`: where nobody has chosen.
    pub fn chosen(&self, all: impl FnOnce() -> Vec<String>) -> Vec<String> {
        self.members.clone().unwrap_or_else(all)
    }

    /// The answers without what the template said and nobody changed, so that another template says it anew.
    pub fn own(&self, template: Option<&Template>) -> Self {
        let untouched = Self::default();
        let mut own = self.clone();
        own.autonomy = own.autonomy.filter(|level| *level != untouched.level(template));
        own.name = own.name.filter(|name| *name != untouched.team_name(template));
        own
    }

    /// The answers as fields.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        pairs.extend(self.template.clone().map(|key| ("template", key)));
        if let Some(members) = &self.members {
            // A blank one says that they were asked for, even where nobody was chosen.
            pairs.push(("members", String::new()));
            pairs.extend(members.iter().map(|member| ("members", member.clone())));
        }
        pairs.extend(self.coordinator.clone().map(|agent| ("coordinator", agent)));
        pairs.extend(self.autonomy.map(|level| ("autonomy", level.to_string())));
        pairs.extend(self.name.clone().map(|name| ("name", name)));
        pairs.extend(self.department.map(|department| ("department", department.to_string())));
        pairs.extend(self.description.clone().map(|about| ("description", about)));
        pairs
    }

    /// The answers but for those that a form asks for itself: it carries them along.
    pub fn but(&self, fields: &[&str]) -> Vec<(&'static str, String)> {
        self.pairs().into_iter().filter(|(name, _)| !fields.contains(name)).collect()
    }

    /// The address of a step with the answers so far.
    pub fn href(&self, step: Step) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("step", step.as_str()).extend_pairs(self.pairs());
        format!("{PATH}?{}", query.finish())
    }

    /// What is wrong with the answers of a step.
    fn faults(&self, step: Step) -> Vec<Fault> {
        let mut faults = Vec::new();
        match step {
            Step::Template if self.template.is_none() => {
                faults.push(Fault::new(TEMPLATE_FIELD, "choose a template, or a blank team"));
            }
            Step::Members if !self.is_blank() && self.members.as_ref().is_some_and(Vec::is_empty) => {
                faults.push(Fault::new(MEMBERS_FIELD, "choose at least one"));
            }
            Step::Autonomy => {
                // A template has a name of its own.
                let name = match (&self.name, self.is_blank()) {
                    (Some(name), _) => text::name(name),
                    (None, true) => text::name(""),
                    (None, false) => Ok(()),
                };
                let about = text::note(self.description.as_deref().unwrap_or_default());
                faults.extend(name.err().map(|fault| Fault::new(NAME_FIELD, said(fault))));
                faults.extend(about.err().map(|fault| Fault::new(ABOUT_FIELD, said(fault))));
            }
            Step::Template | Step::Members | Step::Review => {}
        }
        faults
    }
}

fn said(fault: ValidationError) -> String {
    fault.message.map_or_else(|| "is not valid".to_owned(), Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_carries_every_answer_to_the_letter() {
        let answers = Answers {
            template: Some(BLANK.to_owned()),
            members: Some(vec!["a".to_owned(), "b & c".to_owned()]),
            coordinator: Some("a".to_owned()),
            autonomy: Some(AutonomyLevel::Autonomous),
            name: Some("50%20 off, \u{e4}".to_owned()),
            department: Some(Department::Finance),
            description: Some("One line\nand another".to_owned()),
        };
        let href = answers.href(Step::Review);
        let (path, query) = href.split_once('?').unwrap();
        assert_eq!(path, PATH);
        assert_eq!(Asked::of(query), Asked { step: Step::Review, answers });
        assert_eq!(Asked::of("").step, Step::Template);
        let typed = Asked::of("?description=a%0D%0Ab&members=x&members=&members=x");
        assert_eq!(typed.answers.description.as_deref(), Some("a\nb"));
        assert_eq!(typed.answers.members, Some(vec!["x".to_owned()]));
    }

    #[test]
    fn a_step_waits_for_the_answers_before_it() {
        for (query, shown, fault) in [
            ("", Step::Template, None),
            ("step=members", Step::Template, Some(TEMPLATE_FIELD)),
            ("step=members&template=sales", Step::Members, None),
            ("step=autonomy&template=sales&members=", Step::Members, Some(MEMBERS_FIELD)),
            ("step=members&template=sales&members=", Step::Members, None),
            ("step=autonomy&template=blank&members=", Step::Autonomy, None),
            ("step=review&template=sales", Step::Review, None),
            ("step=review&template=sales&name=+", Step::Autonomy, Some(NAME_FIELD)),
            ("step=review&template=blank", Step::Autonomy, Some(NAME_FIELD)),
            ("step=review&template=blank&name=Ada", Step::Review, None),
            ("step=nonsense&template=sales", Step::Template, None),
        ] {
            let asked = Asked::of(query);
            let faults: Vec<_> = asked.faults().into_iter().map(|fault| fault.field).collect();
            assert_eq!((asked.shown(), faults.first().copied()), (shown, fault), "{query}");
        }
    }

    #[test]
    fn another_template_forgets_what_the_first_one_said_and_nothing_else() {
        let sales = Template {
            key: "sales".to_owned(),
            name: "Sales".to_owned(),
            department: Department::Sales,
            description: String::new(),
            autonomy_level: AutonomyLevel::SemiAutonomous,
            approval_required: Vec::new(),
            members: Vec::new(),
        };
        let asked = Asked::of("template=sales&name=Sales&autonomy=semi_autonomous&description=x");
        let own = asked.answers.own(Some(&sales));
        assert_eq!((own.name, own.autonomy, own.description.as_deref()), (None, None, Some("x")));
        let asked = Asked::of("template=sales&name=Field+sales&autonomy=supervised");
        assert_eq!(asked.answers.own(Some(&sales)), asked.answers);
        let other = Asked::of("of=sales&template=support&members=Sales+Manager&name=Field+sales");
        assert_eq!((other.answers.members, other.answers.name.as_deref()), (None, Some("Field sales")));
        let same = Asked::of("of=sales&template=sales&members=Sales+Manager");
        assert_eq!(same.answers.members, Some(vec!["Sales Manager".to_owned()]));
    }

    #[test]
    fn steps_follow_each_other() {
        assert_eq!(Step::Members.heading(), "Step 2 of 4: Members");
        assert_eq!((Step::Template.before(), Step::Template.next()), (None, Some(Step::Members)));
        assert_eq!((Step::Review.before(), Step::Review.next()), (Some(Step::Autonomy), None));
    }
}
