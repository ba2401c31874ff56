/**
 * The words by which a task is judged. They match as parts of words too.
 *
 * @since 0.1.0
 */

export const highRisk: ReadonlyArray<string> = (
  "security, auth, authentication, authorization, oauth, jwt, token, permission, access control, database, schema, " +
  "migration, sql, query, transaction, refactor, breaking change, core, foundation, architecture, api, endpoint, " +
  "integration, webhook, external service, payment, billing, user data, encryption, security audit"
).split(", ")

export const lowRisk: ReadonlyArray<string> =
  "documentation, readme, comment, typo, css, style, formatting, lint, whitespace, config, configuration".split(", ")

/** What stays a high risk beside a low-risk word. */
export const alwaysHighRisk: ReadonlyArray<string> = [
  "security",
  "authentication",
  "authorization",
  "encryption",
  "payment"
]

/** The first type with a hit counts. */
export const types = [
  [
    "infrastructure",
    "docker, dockerfile, docker-compose, container, ci/cd, pipeline, github actions, gitlab ci, jenkins, circleci, " +
    "deploy, deployment, kubernetes, k8s, helm, terraform, ansible, cloudformation, monitoring, logging, prometheus, " +
    "grafana, aws, azure, gcp, cloud"
  ],
  ["integration", "integrate, wire up, wiring, connect, hook up, hookup"],
  [
    "testing",
    "pytest, unittest, jest, vitest, mocha, jasmine, test, testing, spec, e2e, end-to-end, integration test, " +
    "unit test, test fixture, test setup, mock, stub"
  ],
  [
    "refactor",
    "refactor, refactoring, restructure, migrate, migration, upgrade, modernize, modernization, cleanup, clean up, " +
    "clean-up"
  ],
  [
    "documentation",
    "readme, docs, documentation, guide, tutorial, how-to, howto, api doc, swagger, openapi, jsdoc, docstring, " +
    "comment, explain, clarify, changelog, release notes, trim, reduce, compress, condense, shorten"
  ],
  [
    "declarative",
    "pydantic, dto, data model, data class, dataclass, type definitions, schema, model class, settings class, " +
    "constants, enums, enum class, app init"
  ],
  [
    "scaffolding",
    "config, configuration, settings, .env, environment, scaffold, boilerplate, template, setup, initialize, init, " +
    "package.json, requirements.txt, pyproject.toml, gemfile, composer.json, webpack, vite, rollup, tsconfig, babel, " +
    "eslint, prettier"
  ]
].map(([type = "", words = ""]) => ({ type, words: words.split(", ") }))
