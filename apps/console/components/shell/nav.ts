// The rooms of the console, in the order of the sidebar and the palette.
import type { Role } from '@api-proxy/contracts/enums';
import {
  Boxes,
  CircleDollarSign,
  FileClock,
  Gift,
  KeyRound,
  Landmark,
  LayoutDashboard,
  type LucideIcon,
  Network,
  ScrollText,
  Settings2,
  SlidersHorizontal,
  UserRound,
  Users,
} from 'lucide-react';

export type NavItem = {
  href: string;
  label:
    | 'dashboard'
    | 'keys'
    | 'logs'
    | 'account'
    | 'channels'
    | 'models'
    | 'prices'
    | 'users'
    | 'giftCards'
    | 'finance'
    | 'allLogs'
    | 'audit'
    | 'settings'
    | 'setup';
  icon: LucideIcon;
};
export type NavGroup = { label: 'workspace' | 'admin'; items: readonly NavItem[] };

const WORKSPACE: NavGroup = {
  label: 'workspace',
  items: [
    { href: '/dashboard', label: 'dashboard', icon: LayoutDashboard },
    { href: '/keys', label: 'keys', icon: KeyRound },
    { href: '/logs', label: 'logs', icon: ScrollText },
    { href: '/account', label: 'account', icon: UserRound },
  ],
};

const ADMIN: NavGroup = {
  label: 'admin',
  items: [
    { href: '/admin/channels', label: 'channels', icon: Network },
    { href: '/admin/models', label: 'models', icon: Boxes },
    { href: '/admin/prices', label: 'prices', icon: CircleDollarSign },
    { href: '/admin/users', label: 'users', icon: Users },
    { href: '/admin/gift-cards', label: 'giftCards', icon: Gift },
    { href: '/admin/finance', label: 'finance', icon: Landmark },
    { href: '/admin/logs', label: 'allLogs', icon: ScrollText },
    { href: '/admin/audit', label: 'audit', icon: FileClock },
    { href: '/admin/settings', label: 'settings', icon: SlidersHorizontal },
    { href: '/setup', label: 'setup', icon: Settings2 },
  ],
};

/** The groups a role may enter. */
export function navFor(role: Role): readonly NavGroup[] {
  return role === 'user' ? [WORKSPACE] : [WORKSPACE, ADMIN];
}

/** Whether a page belongs to an item: itself or one below it. */
export function isCurrent(href: string, pathname: string): boolean {
  return pathname === href || pathname.startsWith(`${href}/`);
}
