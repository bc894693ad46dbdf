import { missingComponent } from "@osiris/compiler";
import { OsirisError } from "@osiris/core";
import { compilerView, type DiscoveredComponent } from "@osiris/runtime";
import type { Output } from "./output.ts";
import { noteProblems, openProjectCatalog } from "./project.ts";

/** @throws OsirisError `components.not_found`, `components.denied` */
export function installedComponent(name: string, output: Output): DiscoveredComponent {
  const catalog = openProjectCatalog("review");
  const component = catalog.components.get(name);
  if (component !== undefined) return component;
  // It may be missing because its package is broken.
  noteProblems(catalog.problems, output);
  const { denied, message, hint } = missingComponent(name, compilerView(catalog));
  const code = denied ? "components.denied" : "components.not_found";
  throw new OsirisError({ code, category: "usage", message, hint });
}
