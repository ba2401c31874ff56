/**
 * Typed, resumable, multi-step pipelines on Effect.
 *
 * @since 0.1.0
 */
export * as CurrentStep from "./pipeline/CurrentStep.ts"
export * as Field from "./pipeline/Field.ts"
export * as Journal from "./pipeline/Journal.ts"
export * as PersistedRef from "./pipeline/PersistedRef.ts"
export * as Pipeline from "./pipeline/Pipeline.ts"
export * as Plan from "./pipeline/Plan.ts"
export * as Program from "./pipeline/Program.ts"
export * as Reporter from "./pipeline/Reporter.ts"
export * as Run from "./pipeline/Run.ts"
export * as RunEvent from "./pipeline/RunEvent.ts"
export * as RunState from "./pipeline/RunState.ts"
export * as Step from "./pipeline/Step.ts"
export * as Suspended from "./pipeline/Suspended.ts"
export * as Validation from "./pipeline/Validation.ts"

export * as JournalFile from "./layers/Journal/File.ts"
export * as JournalMemory from "./layers/Journal/Memory.ts"
export * as ReporterJson from "./layers/Reporter/Json.ts"
export * as ReporterLines from "./layers/Reporter/Lines.ts"
export * as ReporterLive from "./layers/Reporter/Live.ts"
export * as ReporterRecording from "./layers/Reporter/Recording.ts"
export * as RunFolder from "./layers/RunFolder.ts"
export * as Workspace from "./layers/Workspace.ts"
export * as WorkspaceDryRun from "./layers/Workspace/DryRun.ts"
export * as WorkspaceMemory from "./layers/Workspace/Memory.ts"
export * as WorkspaceRooted from "./layers/Workspace/Rooted.ts"
