/**
 * A command line of your own: an option that every command has, a service that is made of it, a program and a command
 * that use the service, and an exit code for an error of yours. `runs`, `show`, `resume` and the others come along.
 *
 * Prints, with `price "rye bread" --currency GBP`:
 *   rye bread costs 3.40 GBP
 */
import { Context, Effect, Layer, Schema } from "effect"
import { Field, Pipeline, Program, Step } from "effect-cairn"
import { Cli, Command } from "effect-cairn/cli"

class NotSold extends Schema.TaggedError<NotSold>()("NotSold", { what: Schema.String }) {
  override get message() {
    return `${this.what} is not sold here`
  }
}

class Shop extends Context.Tag("effect-cairn/examples/11-your-own-command/Shop")<Shop, {
  readonly price: (what: string) => Effect.Effect<string, NotSold>
}>() {
  static readonly layer = (currency: string) =>
    Layer.succeed(Shop, {
      price: (what) => what === "rye bread" ? Effect.succeed(`3.40 ${currency}`) : new NotSold({ what })
    })
}

const What = Schema.String.annotations({ description: "What is bought" }).pipe(Field.argument)

const price = Command.make("price", {
  description: "Says what something costs.",
  options: Schema.Struct({ what: What }),
  output: Schema.Struct({ what: Schema.String, price: Schema.String }),
  run: ({ what }) => Effect.map(Effect.flatMap(Shop, (shop) => shop.price(what)), (price) => ({ what, price })),
  print: ({ price, what }) => `${what} costs ${price}`
})

const pay = Step.make("pay", {
  title: "Paying",
  input: Schema.String,
  success: Schema.String,
  failure: NotSold,
  run: (what) => Effect.flatMap(Shop, (shop) => shop.price(what))
})

const buy = Pipeline.make("buy", { input: Schema.Struct({ what: What }) }).pipe(
  Pipeline.step("paid", pay, ({ input }) => input.what)
)

Cli.run({
  name: "shop",
  version: "1.0.0",
  programs: [Program.make(buy, { description: "Buys something." })],
  commands: [price],
  options: Schema.Struct({ currency: Schema.optionalWith(Schema.Literal("EUR", "GBP"), { default: () => "EUR" }) }),
  layer: ({ currency }) => Shop.layer(currency),
  exitCodes: { NotSold: 3 }
})
