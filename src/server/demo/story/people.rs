//! Who works at Halden Instruments, a maker of laboratory equipment: the people, the agents and their teams.

use crate::domain::agent::AgentKind;
use crate::domain::autonomy::AutonomyLevel;
use crate::domain::member::Role;
use crate::domain::team::TeamRole;
use crate::domain::workspace::Department;

pub const COMPANY: &str = "Halden Instruments (demo)";
pub const DOMAIN: &str = "halden-instruments.example";

pub struct Employee {
    pub name: &'static str,
    pub login: &'static str,
    pub role: Role,
}

/// The owner first.
pub const EMPLOYEES: [Employee; 6] = [
    Employee { name: "Margit Halden", login: "margit.halden", role: Role::Owner },
    Employee { name: "Tomas Eriksen", login: "tomas.eriksen", role: Role::Admin },
    Employee { name: "Priya Raman", login: "priya.raman", role: Role::Operator },
    Employee { name: "Ines Carvalho", login: "ines.carvalho", role: Role::Reviewer },
    Employee { name: "Daniel Okafor", login: "daniel.okafor", role: Role::Reviewer },
    Employee { name: "Ruth Feldmann", login: "ruth.feldmann", role: Role::Viewer },
];

/// Index of [`EMPLOYEES`].
pub const OWNER: usize = 0;
pub const ADMIN: usize = 1;
pub const OPERATOR: usize = 2;
pub const REVIEWERS: [usize; 2] = [3, 4];

pub struct Bot {
    pub name: &'static str,
    pub about: &'static str,
    pub role: TeamRole,
    pub kind: AgentKind,
}

pub struct Crew {
    pub name: &'static str,
    pub about: &'static str,
    pub department: Department,
    pub autonomy: AutonomyLevel,
    pub always_asks: &'static [&'static str],
    pub bots: &'static [Bot],
}

const fn inside(name: &'static str, role: TeamRole, about: &'static str) -> Bot {
    Bot { name, about, role, kind: AgentKind::Internal }
}

const fn outside(name: &'static str, role: TeamRole, about: &'static str) -> Bot {
    Bot { name, about, role, kind: AgentKind::External }
}

/// The agent that the demo keeps running over the public API, and its team.
pub const ORDER_DESK: &str = "Order Desk Agent";
pub const SALES: &str = "Sales";
pub const MARKETING: &str = "Marketing";
pub const SUPPORT: &str = "Support";
pub const OPERATIONS: &str = "Operations";

pub const CREWS: [Crew; 4] = [
    Crew {
        name: SALES,
        about: "Qualifies leads, writes quotes and follows up until a deal is won or lost.",
        department: Department::Sales,
        autonomy: AutonomyLevel::SemiAutonomous,
        always_asks: &["send_email", "update_deal_value", "change_pipeline_stage"],
        bots: &[
            inside(
                "Sales Manager",
                TeamRole::Coordinator,
                "Keeps the pipeline in order and gives out the work.",
            ),
            inside(
                "Lead Qualifier",
                TeamRole::Specialist,
                "Reads new leads and decides which are worth a call.",
            ),
            inside(
                "Proposal Writer",
                TeamRole::Specialist,
                "Writes quotes and proposals from the price list.",
            ),
            inside("Follow-up Agent", TeamRole::Specialist, "Makes sure that no quote goes quiet."),
            outside(
                ORDER_DESK,
                TeamRole::Support,
                "Runs beside the web shop; takes orders and asks for stock.",
            ),
        ],
    },
    Crew {
        name: MARKETING,
        about: "Plans campaigns, writes what they need and reads what came of them.",
        department: Department::Marketing,
        autonomy: AutonomyLevel::SemiAutonomous,
        always_asks: &["publish_content", "send_mass_email", "export_data"],
        bots: &[
            inside("Campaign Manager", TeamRole::Coordinator, "Plans campaigns and keeps their dates."),
            inside(
                "Content Creator",
                TeamRole::Specialist,
                "Writes application notes, posts and newsletters.",
            ),
            inside("Analytics Agent", TeamRole::Support, "Reads the figures and says what changed."),
        ],
    },
    Crew {
        name: SUPPORT,
        about: "Answers customers, sorts tickets and gets help when a freezer is warming up.",
        department: Department::Support,
        autonomy: AutonomyLevel::Autonomous,
        always_asks: &["customer_communication", "modify_contact"],
        bots: &[
            inside("Support Manager", TeamRole::Coordinator, "Watches deadlines and gives out tickets."),
            inside("Ticket Triage Agent", TeamRole::Specialist, "Reads new tickets, sets priority and tags."),
            inside(
                "Response Generator",
                TeamRole::Specialist,
                "Writes answers from manuals and past tickets.",
            ),
            inside("Escalation Handler", TeamRole::Support, "Brings in a person or another team."),
        ],
    },
    Crew {
        name: OPERATIONS,
        about: "Stock, couriers, service visits, invoices and the calendar of the calibration lab.",
        department: Department::Operations,
        autonomy: AutonomyLevel::Supervised,
        always_asks: &["financial_transaction", "update_payment", "contract_modification"],
        bots: &[
            inside(
                "Operations Manager",
                TeamRole::Coordinator,
                "Keeps orders, invoices and contracts moving.",
            ),
            inside("Task Prioritizer", TeamRole::Specialist, "Orders the open tasks by what they block."),
            inside("Resource Allocator", TeamRole::Specialist, "Plans engineers, rooms and demo units."),
            outside(
                "Workflow Executor",
                TeamRole::Support,
                "The warehouse system; reserves stock, books couriers.",
            ),
        ],
    },
];

/// Action types of the company's own, performed by agents outside.
pub const RESERVE_STOCK: &str = "reserve_stock";
pub const BOOK_COURIER: &str = "book_courier";
