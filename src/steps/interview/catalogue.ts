/**
 * The questions that shape a template of a project. After the catalogue of guardkit/guardkit (MIT).
 *
 * @since 0.1.0
 */
import { existingPath } from "./existingPath.ts"
import * as Interview from "./Interview.ts"
import * as rules from "./rules.ts"

const uiFrameworks = ["maui", "blazor", "wpf", "react-nextjs", "react-vite", "angular", "vue"]
const statefulFrameworks = uiFrameworks.filter((framework) => framework !== "wpf")
const backEndFrameworks = ["aspnet-core", "nestjs", "express", "fastapi", "django", "flask"]

/**
 * The interview of `template-qa`.
 *
 * @category interviews
 * @since 0.1.0
 */
export const catalogue = Interview.make("template", {
  title: "Template",
  confirm: "Proceed with these settings?",
  sections: [
    {
      title: "Template Identity",
      questions: [
        Interview.text("template_name", {
          text: "What should this template be called?",
          help: "Example: dotnet-maui-mvvm-template",
          default: "my-template",
          rule: rules.templateName
        }),
        Interview.choice("template_purpose", {
          text: "What is the primary purpose of this template?",
          choices: {
            quick_start: "Start new projects quickly",
            team_standards: "Enforce team standards",
            prototype: "Prototype/experiment",
            production: "Production-ready scaffold"
          },
          default: "quick_start"
        }),
        Interview.text("description", {
          text: "Briefly describe this template's purpose:",
          help: "What will developers use this template for?",
          rule: rules.atLeast(10, "Description")
        }),
        Interview.text("version", {
          text: "Initial version:",
          help: "Semantic version (e.g., 1.0.0)",
          default: "1.0.0",
          rule: rules.version
        }),
        Interview.text("author", {
          text: "Author or team name:",
          help: "Optional: Who maintains this template?",
          default: ""
        })
      ]
    },
    {
      title: "Technology Stack",
      questions: [
        Interview.choice("primary_language", {
          text: "Primary programming language:",
          choices: {
            csharp: "C# / .NET",
            typescript: "TypeScript / JavaScript",
            python: "Python",
            java: "Java / Kotlin",
            swift: "Swift",
            go: "Go",
            rust: "Rust",
            other: { label: "Other (specify)", specify: true }
          },
          default: "csharp"
        }),
        Interview.choice("framework", {
          text: "Framework:",
          choices: { other: { label: "Other (specify)", specify: true } },
          default: "other",
          by: {
            answer: "primary_language",
            cases: {
              csharp: {
                text: ".NET framework/platform:",
                choices: {
                  maui: ".NET MAUI (mobile/desktop)",
                  "aspnet-core": "ASP.NET Core (web API)",
                  blazor: "Blazor (web UI)",
                  wpf: "WPF (desktop)",
                  console: "Console application"
                },
                default: "maui"
              },
              typescript: {
                choices: {
                  "react-nextjs": "React (with Next.js)",
                  "react-vite": "React (with Vite)",
                  angular: "Angular",
                  vue: "Vue.js",
                  nestjs: "NestJS (backend)",
                  express: "Express (backend)"
                },
                default: "react-nextjs"
              },
              python: {
                choices: {
                  fastapi: "FastAPI (web API)",
                  django: "Django (full-stack)",
                  flask: "Flask (web API)",
                  "data-science": "Data science (Jupyter/pandas)",
                  cli: "CLI application"
                },
                default: "fastapi"
              }
            }
          }
        }),
        Interview.choice("framework_version", {
          text: "Framework version:",
          choices: {
            latest: "Latest stable [RECOMMENDED]",
            specific: "Specific version",
            lts: "LTS (long-term support)"
          },
          default: "latest"
        }),
        Interview.text("framework_version_specific", {
          label: "Framework version",
          text: "Specify version",
          when: { framework_version: ["specific"] },
          storedIn: "framework_version",
          rule: rules.version
        })
      ]
    },
    {
      title: "Architecture Pattern",
      questions: [
        Interview.choice("architecture_pattern", {
          text: "Architecture pattern:",
          choices: {
            mvvm: "MVVM (Model-View-ViewModel)",
            clean: "Clean Architecture (Entities/Use Cases/Interfaces)",
            hexagonal: "Hexagonal/Ports & Adapters",
            layered: "Layered (Presentation/Business/Data)",
            "vertical-slice": "Vertical Slice Architecture",
            simple: "Simple/Minimal (no formal pattern)",
            other: { label: "Other (specify)", specify: true }
          },
          default: "mvvm"
        }),
        Interview.choice("domain_modeling", {
          text: "How should domain logic be organized?",
          choices: {
            rich: "Rich domain models (entities with behavior)",
            anemic: "Anemic models + service layer",
            functional: "Functional domain operations (verb-based)",
            "data-centric": "Data-centric (minimal domain layer)"
          },
          default: "rich"
        })
      ]
    },
    {
      title: "Project Structure",
      questions: [
        Interview.choice("layer_organization", {
          text: "Project structure preference:",
          choices: {
            single: "Single project (simple)",
            "by-layer": "Multiple projects by layer (Domain, Application, Infrastructure)",
            "by-feature": "Multiple projects by feature (vertical slices)",
            hybrid: "Hybrid (layers + features)"
          },
          default: "single"
        }),
        Interview.many("standard_folders", {
          text: "Include standard folders? (comma-separated numbers)",
          choices: {
            src: "src/ (source code)",
            tests: "tests/ (test code)",
            docs: "docs/ (documentation)",
            scripts: "scripts/ (build/deploy scripts)",
            github: ".github/ (GitHub workflows)",
            docker: "docker/ (container configs)"
          },
          default: ["src", "tests"]
        })
      ]
    },
    {
      title: "Testing Strategy",
      questions: [
        Interview.choice("unit_testing_framework", {
          text: "Unit testing framework:",
          choices: { auto: "Auto-select best for language [RECOMMENDED]", specify: "Specify framework" },
          default: "auto"
        }),
        Interview.many("testing_scope", {
          text: "Which types of tests should be included? (comma-separated numbers)",
          choices: {
            unit: "Unit tests (logic, pure functions)",
            integration: "Integration tests (dependencies, database)",
            e2e: "End-to-end tests (full user flows)",
            performance: "Performance tests",
            security: "Security tests"
          },
          default: ["unit", "integration"]
        }),
        Interview.choice("test_pattern", {
          text: "Test pattern preference:",
          choices: { aaa: "Arrange-Act-Assert (AAA)", bdd: "Given-When-Then (BDD style)", none: "No preference" },
          default: "aaa"
        }),
        Interview.text("unit_testing_framework_name", {
          label: "Unit testing framework",
          text: "Testing framework name",
          when: { unit_testing_framework: ["specify"] },
          storedIn: "unit_testing_framework",
          default: "auto"
        })
      ]
    },
    {
      title: "Error Handling",
      questions: [
        Interview.choice("error_handling", {
          text: "Error handling strategy:",
          choices: {
            result: "Result/Either type (ErrorOr<T>, Result<T, E>)",
            exceptions: "Exceptions (try-catch)",
            codes: "Error codes/status objects",
            mixed: "Mixed approach",
            minimal: "Minimal (language defaults)"
          },
          default: "result"
        }),
        Interview.choice("validation_approach", {
          text: "Input validation strategy:",
          choices: {
            fluent: "FluentValidation (or equivalent)",
            annotations: "Data annotations/attributes",
            manual: "Manual validation in code",
            minimal: "Minimal validation"
          },
          default: "fluent"
        })
      ]
    },
    {
      title: "Dependency Management",
      questions: [
        Interview.choice("dependency_injection", {
          text: "Dependency injection approach:",
          choices: {
            builtin: "Built-in DI container [RECOMMENDED]",
            "third-party": "Third-party DI (Autofac, Ninject, etc.)",
            manual: "Manual DI (constructor injection, no container)",
            none: "Not needed"
          },
          default: "builtin"
        }),
        Interview.choice("configuration_approach", {
          text: "Configuration approach:",
          choices: {
            json: "JSON files (appsettings.json, etc.)",
            env: "Environment variables",
            both: "Both (JSON + env vars)",
            service: "Configuration service/library",
            minimal: "Minimal (hardcoded defaults)"
          },
          default: "both"
        })
      ]
    },
    {
      title: "UI/Navigation",
      when: { framework: uiFrameworks },
      questions: [
        Interview.choice("ui_architecture", {
          label: "UI architecture",
          text: "UI architecture pattern:",
          choices: {
            mvvm: "MVVM (ViewModel binding)",
            mvc: "MVC (Model-View-Controller)",
            component: "Component-based (React, Vue)",
            codebehind: "Simple code-behind"
          },
          default: "mvvm"
        }),
        Interview.choice("navigation_pattern", {
          text: "Navigation approach:",
          choices: {
            recommended: "Framework-recommended [RECOMMENDED]",
            custom: "Custom navigation",
            minimal: "Minimal (single page)"
          },
          default: "recommended"
        })
      ]
    },
    {
      title: "Additional Patterns",
      when: { framework: [...uiFrameworks, ...backEndFrameworks] },
      questions: [
        Interview.confirm("needs_data_access", { text: "Does this template need data access?", default: true }),
        Interview.choice("data_access", {
          text: "Data access pattern (if applicable):",
          when: { needs_data_access: true },
          choices: {
            repository: "Repository pattern",
            direct: "Direct database access (EF Core, etc.)",
            cqrs: "CQRS (separate read/write)",
            eventsourcing: "Event sourcing",
            none: "Not applicable (no database)"
          },
          default: "repository"
        }),
        Interview.choice("api_pattern", {
          label: "API pattern",
          text: "API pattern preference:",
          when: { framework: backEndFrameworks },
          choices: {
            rest: "REST (resource-based endpoints)",
            repr: "REPR (Request-Endpoint-Response)",
            minimal: "Minimal APIs (lightweight)",
            graphql: "GraphQL",
            grpc: "gRPC",
            none: "Not applicable"
          },
          default: "rest"
        }),
        Interview.choice("state_management", {
          text: "State management approach:",
          when: { framework: statefulFrameworks },
          choices: {
            recommended: "Framework-recommended [RECOMMENDED]",
            minimal: "Minimal (local state only)",
            specify: "Specify library"
          },
          default: "recommended"
        }),
        Interview.text("state_management_library", {
          label: "State management",
          text: "State management library",
          when: { state_management: ["specify"] },
          storedIn: "state_management",
          default: "recommended"
        })
      ]
    },
    {
      title: "Documentation Input",
      questions: [
        Interview.confirm("has_documentation", {
          text: "Do you have documentation to guide template creation?",
          help: "Examples: ADRs, coding standards, API specs, design docs, team guidelines",
          default: false
        }),
        Interview.choice("documentation_input_method", {
          text: "How would you like to provide documentation?",
          when: { has_documentation: true },
          choices: { paths: "Provide file paths", text: "Paste text directly", urls: "Provide URLs", none: "None" },
          default: "none"
        }),
        Interview.choice("documentation_usage", {
          text: "How should we use this documentation?",
          when: { has_documentation: true },
          choices: {
            strict: "Follow patterns/standards strictly",
            guidance: "Use as general guidance",
            naming: "Extract naming conventions only",
            reasoning: "Understand architecture reasoning"
          },
          default: "guidance"
        }),
        Interview.lines("documentation_paths", {
          text: "Paths of the documentation",
          help: "One path a line, an empty line ends",
          when: { documentation_input_method: ["paths"] },
          rule: existingPath
        }),
        Interview.lines("documentation_text", {
          text: "Text of the documentation",
          help: "Any number of lines, a line with only a dot ends",
          when: { documentation_input_method: ["text"] },
          ends: "dot",
          rule: rules.anything
        }),
        Interview.lines("documentation_urls", {
          label: "Documentation URLs",
          text: "URLs of the documentation",
          help: "One URL a line, an empty line ends",
          when: { documentation_input_method: ["urls"] },
          rule: rules.url
        })
      ]
    }
  ]
})
