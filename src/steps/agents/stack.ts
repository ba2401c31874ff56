/**
 * The technologies of an agent, in the one spelling that agents are found by.
 *
 * @since 0.1.0
 */

const list = (words: string): ReadonlyArray<string> => words.split(/,\s*/)

/** What is a library, and so says more as a keyword than as a technology. */
export const libraries: ReadonlySet<string> = new Set(list(
  "erroror, error-or, result, nsubstitute, xunit, nunit, mstest, pytest, vitest, jest, mocha, jasmine, fastapi, " +
    "flask, django, express, nestjs, sqlalchemy, entity-framework, ef-core, prisma, sequelize, typeorm, redux, " +
    "zustand, mobx, recoil, react-query, tanstack-query, realm-db, sqlite, pydantic, zod, axios, lodash"
))

/** Other spellings. */
export const aliases: ReadonlyMap<string, string> = new Map([
  ["dotnet-maui", "maui"],
  ["dotnet-core", "dotnet"],
  ["dotnet-xaml", "xaml"],
  ["react-native", "react"],
  ["c#", "csharp"],
  [".net", "dotnet"],
  ["node", "javascript"],
  ["nodejs", "javascript"],
  ["node.js", "javascript"],
  ["ts", "typescript"],
  ["js", "javascript"],
  ["py", "python"]
])

/** The technologies that are known. */
export const known: ReadonlySet<string> = new Set(list(
  "python, javascript, typescript, csharp, java, go, rust, ruby, php, swift, kotlin, dart, react, dotnet, maui, " +
    "flutter, xaml, realm, cross-stack"
))
